/** What is drawn, how often, and that nothing but lesions knows of lesions. */
import { type PhantomPlan, planPhantom } from "../../src/phantom/index.ts";
import { assert, suite } from "../shim.ts";

const test = suite("phantom plans");

const plans = Array.from({ length: 2000 }, (_, index) => planPhantom({ seed: 77, split: "test", index }));
const abnormal = plans.filter(({ lesions }) => lesions.length > 0);
const normal = plans.filter(({ lesions }) => lesions.length === 0);

/** Boxes in the test split's 2,077 pictures; four deviations of a count plus a tenth are allowed. */
const BOXES: Readonly<Record<string, number>> = {
  Osteophytes: 2996,
  "Disc space narrowing": 231,
  "Other lesions": 111,
  "Surgical implant": 107,
  "Foraminal stenosis": 95,
  "Vertebral collapse": 69,
  Spondylolysthesis: 69,
};

test("frequencies are those of the published test split", () => {
  const share = abnormal.length / plans.length;
  assert.ok(Math.abs(share - 1007 / 2077) < 0.04, `${share} abnormal`);
  for (const [label, published] of Object.entries(BOXES)) {
    const wanted = (published * plans.length) / 2077;
    const found = plans.reduce(
      (sum, { lesions }) => sum + lesions.filter(({ type }) => type === label).length,
      0,
    );
    const allowed = 4 * Math.sqrt(wanted) + 0.1 * wanted;
    assert.ok(Math.abs(found - wanted) <= allowed, `${label}: ${found} boxes, published ${wanted}`);
  }
});

test("boxes are whole pixels inside the open field, and no two of a type cover each other", () => {
  for (const { lesions, open, width, height } of abnormal)
    for (const [i, { type, box }] of lesions.entries()) {
      assert.ok(box.every(Number.isInteger));
      assert.ok(box[0] >= open[0] && box[1] >= open[1] && box[2] <= open[2] && box[3] <= open[3]);
      assert.ok(box[2] <= width && box[3] <= height);
      for (const other of lesions.slice(i + 1)) {
        if (other.type !== type) continue;
        const w = Math.min(box[2], other.box[2]) - Math.max(box[0], other.box[0]);
        const h = Math.min(box[3], other.box[3]) - Math.max(box[1], other.box[1]);
        const area = (box[2] - box[0]) * (box[3] - box[1]);
        assert.ok(w <= 0 || h <= 0 || w * h < 0.5 * area, `${type} ${box} and ${other.box}`);
      }
    }
});

test("a picture's boxes grow with its size", () => {
  for (const plan of abnormal.slice(0, 20)) {
    const index = plans.indexOf(plan);
    const large = planPhantom({ seed: 77, split: "test", index, longest: 2000 });
    assert.equal(
      large.lesions.map(({ type }) => type),
      plan.lesions.map(({ type }) => type),
    );
    large.lesions.forEach(({ box }, i) => {
      assert.ok(box.every((edge, side) => Math.abs(edge / 2 - plan.lesions[i].box[side]) < 8));
    });
  }
});

test("view, person, exposure and plate do not depend on lesions", () => {
  const measures: Record<string, (plan: PhantomPlan) => number> = {
    cervical: ({ field }) => Number(field.part === "cervical"),
    lateral: ({ field }) => Number(field.view === "lateral"),
    mirrored: ({ field }) => Number(field.mirrored),
    aspect: ({ width, height }) => width / height,
    heightMm: ({ field }) => field.heightMm,
    collimated: ({ field }) => Number(field.collimator.some((inset) => inset > 0)),
    photons: ({ exposure }) => exposure.photons,
    contrast: ({ exposure }) => exposure.contrast,
    girth: ({ patient }) => patient.girth,
    density: ({ patient }) => patient.density,
    scoliosis: ({ patient }) => Math.abs(patient.scoliosis.degrees),
  };
  for (const [name, measure] of Object.entries(measures)) {
    const [a, b] = [normal, abnormal].map((list) => list.map(measure));
    const mean = (list: number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
    const variance = (list: number[]): number => mean(list.map((value) => (value - mean(list)) ** 2));
    const z = (mean(a) - mean(b)) / Math.sqrt(variance(a) / a.length + variance(b) / b.length);
    assert.ok(Math.abs(z) < 4, `${name}: ${mean(a)} of normal, ${mean(b)} of abnormal pictures`);
  }
  for (const plan of abnormal.slice(0, 50)) {
    const without = planPhantom({ seed: 77, split: "test", index: plans.indexOf(plan), lesions: false });
    for (const key of ["field", "patient", "exposure", "root", "open", "id"] as const)
      assert.equal(without[key], plan[key]);
    assert.is(without.lesions.length, 0);
  }
});

test("identifiers are 32 hexadecimal digits and differ", () => {
  assert.ok(plans.every(({ id }) => /^[0-9a-f]{32}$/.test(id)));
  assert.is(new Set(plans.map(({ id }) => id)).size, plans.length);
});

test("refuses numbers out of range", () => {
  const key = { seed: 1, split: "test", index: 0 } as const;
  for (const wrong of [{ seed: -1 }, { seed: 2 ** 32 }, { index: 0.5 }, { longest: 63 }, { longest: 5000 }])
    assert.throws(() => planPhantom({ ...key, ...wrong }), /Expected a whole number from/);
});

test.run();
