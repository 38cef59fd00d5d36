/** The page of an evaluation: what counts as a mistake, in what order, and the HTML. */
import type { Finding } from "../../src/index.node.ts";
import { evaluate, join, type Lesion, plots } from "../../src/metrics/index.ts";
import { type Mistake, mistakesOf } from "../../src/output/page/mistakes.ts";
import { evaluationPage } from "../../src/output/page/page.ts";
import { thumbnailScene, viewOf } from "../../src/output/page/thumbnail.ts";
import { renderSvg } from "../../src/output/render-svg.ts";
import { assert, random, suite } from "../shim.ts";
import { findingsOn } from "../support/overlay-input.ts";
import { wellFormed } from "../support/well-formed.ts";

const test = suite("output page");
const OSTEOPHYTES = "Osteophytes";
const IMPLANT = "Surgical implant";

const lesion = (label: string, x: number, y: number, side = 10): Lesion => ({
  label,
  box: [x, y, x + side, y + side],
});
const finding = (label: string, score: number, x: number, y: number, side = 10): Finding => ({
  ...lesion(label, x, y, side),
  score,
});
const picture = (imageId: string, probability: number, lesions: Lesion[], findings: Finding[] | null) => ({
  prediction: { imageId, abnormalProbability: probability, findings },
  annotation: { imageId, abnormal: lesions.length > 0, lesions },
});
const joined = (pictures: readonly ReturnType<typeof picture>[]) =>
  join(
    pictures.map(({ prediction }) => prediction),
    pictures.map(({ annotation }) => annotation),
  );
const summary = (mistakes: readonly Mistake[]) =>
  mistakes.map(
    ({ imageId, focus }) => `${imageId} ${focus?.label ?? "all"} ${focus?.score ?? focus?.box[0]}`,
  );

test("misses and false alarms after the decision rule, worst first", () => {
  const data = joined([
    picture(
      "a",
      0.9,
      [
        lesion(OSTEOPHYTES, 0, 0),
        lesion(OSTEOPHYTES, 100, 0, 40),
        lesion(OSTEOPHYTES, 200, 0),
        lesion(IMPLANT, 300, 0),
      ],
      [
        finding(OSTEOPHYTES, 0.9, 1, 0), // hits the first
        finding(OSTEOPHYTES, 0.3, 0, 1), // the same lesion again
        finding(OSTEOPHYTES, 0.4, 205, 0), // half beside the third
        finding(OSTEOPHYTES, 0.7, 300, 0), // on the implant
      ],
    ),
    // Called normal: only findings from 0.5 on stay.
    picture(
      "b",
      0.2,
      [lesion(OSTEOPHYTES, 0, 0)],
      [finding(OSTEOPHYTES, 0.45, 0, 0), finding(IMPLANT, 0.6, 50, 50)],
    ),
    picture("c", 0.8, [], [finding(IMPLANT, 0.95, 5, 5)]),
    picture("d", 0.1, [], []),
  ]);
  const { misses, falseAlarms, missedPictures, alarmedPictures } = mistakesOf(data, 0.5, {
    findingWhenNormal: 0.5,
  });
  assert.equal(summary(misses), [
    "a Osteophytes 100",
    "a Surgical implant 300",
    "b Osteophytes 0",
    "a Osteophytes 200",
  ]);
  assert.match(misses[3].note, /IoU 0\.33/);
  assert.equal(summary(falseAlarms), [
    "c Surgical implant 0.95",
    "a Osteophytes 0.7",
    "b Surgical implant 0.6",
    "a Osteophytes 0.4",
    "a Osteophytes 0.3",
  ]);
  assert.equal(
    falseAlarms.map(({ note }) => note),
    [
      "nothing is annotated here",
      "annotated as Surgical implant, IoU 1.00",
      "nothing is annotated here",
      "beside a lesion, IoU 0.33",
      "a better box has this lesion, IoU 0.82",
    ],
  );
  assert.equal(summary(missedPictures), ["b all undefined"]);
  assert.equal(summary(alarmedPictures), ["c all undefined"]);
});

test("frequent classes leave room for others, and there are at most 24 in all", () => {
  const next = random(8);
  const pictures = Array.from({ length: 40 }, (_, i) =>
    picture(
      `p${i}`,
      next(),
      i % 2 === 0
        ? []
        : [
            ...Array.from({ length: 6 }, (_, k) => lesion(OSTEOPHYTES, 50 * k, 0, 30)),
            lesion(IMPLANT, 0, 50, 5),
          ],
      [finding(IMPLANT, next(), 500, 500)],
    ),
  );
  const { misses, falseAlarms, missedPictures, alarmedPictures } = mistakesOf(joined(pictures), 0.5, {
    findingWhenNormal: 0,
  });
  assert.is(misses.length, 8);
  assert.is(misses.filter(({ focus }) => focus?.label === IMPLANT).length, 4);
  assert.is(falseAlarms.length, 8);
  assert.ok(missedPictures.length <= 4 && alarmedPictures.length <= 4);
  assert.ok(
    missedPictures.every(({ probability }, i) => i === 0 || probability >= missedPictures[i - 1].probability),
  );
});

test("boxes below the operating points of their class are not there", () => {
  const data = joined([
    picture(
      "a",
      0.9,
      [lesion(OSTEOPHYTES, 0, 0), lesion(IMPLANT, 300, 0)],
      [finding(OSTEOPHYTES, 0.3, 0, 0), finding(IMPLANT, 0.3, 300, 0), finding(OSTEOPHYTES, 0.2, 90, 90)],
    ),
    picture("b", 0.1, [], []),
  ]);
  const { misses, falseAlarms } = mistakesOf(data, 0.5, { finding: { [OSTEOPHYTES]: 0.31 } });
  assert.equal(summary(misses), ["a Osteophytes 0"]);
  assert.equal(misses[0].findings, [finding(IMPLANT, 0.3, 300, 0)]);
  assert.equal(falseAlarms, []);
  assert.is(mistakesOf(data, 0.5).falseAlarms.length, 1);
});

test("a system without a detector has wrong pictures only", () => {
  const data = joined([picture("a", 0.9, [], null), picture("b", 0.1, [lesion(IMPLANT, 0, 0)], null)]);
  const found = mistakesOf(data, 0.5);
  assert.equal(found.misses, []);
  assert.equal(found.falseAlarms, []);
  assert.equal(summary([...found.missedPictures, ...found.alarmedPictures]), [
    "b all undefined",
    "a all undefined",
  ]);
  assert.is(found.missedPictures[0].note, "annotated: Surgical implant");
});

test("a thumbnail shows the box of a mistake with what is around it, inside the picture", () => {
  const next = random(21);
  for (let round = 0; round < 60; round++) {
    const size = { width: 1 + Math.floor(900 * next()), height: 1 + Math.floor(900 * next()) };
    const [focus, ...findings] = findingsOn(size.width, size.height, 6, next, 1);
    const mistake = {
      imageId: "a",
      probability: 0.5,
      focus,
      truth: [],
      findings: [focus, ...findings],
      note: "",
    };
    const view = viewOf(mistake, size);
    const [x0, y0, x1, y1] = view.part;
    assert.ok(
      view.part.every(Number.isInteger) && x0 >= 0 && y0 >= 0 && x1 <= size.width && y1 <= size.height,
    );
    assert.ok(
      x0 <= focus.box[0] &&
        y0 <= focus.box[1] &&
        x1 >= Math.floor(focus.box[2]) &&
        y1 >= Math.floor(focus.box[3]),
    );
    assert.ok(
      view.size.width >= 1 && view.size.width <= 280 && view.size.height >= 1 && view.size.height <= 280,
    );
    const pixels = new Uint8Array(view.size.width * view.size.height);
    wellFormed(renderSvg(thumbnailScene(mistake, { pixels, ...view.size }, view)));
  }
});

test("the page is one well-formed document without scripts or references, everything escaped", () => {
  const next = random(2);
  const pictures = Array.from({ length: 30 }, (_, i) => {
    const found = findingsOn(400, 400, 3, next);
    const lesions = i % 3 === 0 ? [] : found.slice(0, 2);
    return picture(`p${i}`, i % 3 === 0 ? 0.6 * next() : 0.3 + 0.7 * next(), lesions, found);
  });
  const data = joined(pictures);
  const evaluation = evaluate(data, { seed: 1 });
  const nasty = `<img src="http://x/" onerror='1'>&"`;
  const html = evaluationPage({
    evaluation,
    plots: Object.values(plots(data, evaluation.threshold)),
    galleries: [
      { title: nasty, lead: nasty, thumbnails: [{ svg: null, caption: [nasty, nasty] }] },
      { title: "None", lead: "", thumbnails: [] },
    ],
    remarks: [nasty],
    failures: Array.from({ length: 70 }, (_, i) => ({ imageId: `${nasty}${i}`, error: { message: nasty } })),
  });
  assert.match(html, /^<!DOCTYPE html>\n<html lang="en">/);
  const elements = wellFormed(html.slice(html.indexOf("<body>"), html.indexOf("</html>")));
  assert.not.ok(elements.includes("script") || elements.includes("img") || elements.includes("link"));
  assert.is(elements.filter((name) => name === "svg").length, 4);
  const ids = Array.from(html.matchAll(/\sid="([^"]*)"/g), ([, id]) => id);
  assert.is(new Set(ids).size, ids.length);
  assert.not.match(html, /url\((?!#)|@import|\sstyle="|\son\w+="/);
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
  assert.match(html, /Research use only\. Not a diagnosis\./);
  assert.match(html, /prefers-color-scheme:dark/);
  assert.match(html, /and 20 more/);
  for (const label of Object.keys(evaluation.detection!.ap50))
    assert.ok(html.includes(`>${label}</th>`), label);
});

test.run();
