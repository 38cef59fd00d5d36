/** A package's detector through the public API: both halves, one half, the decision rule. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Finding, loadModel, readImage } from "../../src/index.node.ts";
import type { Manifest } from "../../src/package/manifest.ts";
import { assert, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { LABELS, tinyDetector, writeDetectorPackage } from "../support/tiny-detector.ts";

const test = suite("detector in a package");
const folder = mkdtempSync(join(tmpdir(), "spinexr-detector-"));
test.after(() => rmSync(folder, { recursive: true }));
const picture = new URL("../../models/samples/lumbar-ap.dcm", import.meta.url);

const packageWith = (name: string, change?: (manifest: Manifest) => Manifest): string =>
  writeDetectorPackage(join(folder, name), tinyDetector(), change);

test("findings lie on the original picture, in falling score; cpu and wasm agree", async () => {
  const image = await readImage(picture);
  const reference = packageWith("both");
  const answers: (readonly Finding[])[] = [];
  for (const backend of ["cpu", "wasm"] as const) {
    await using model = await loadModel(reference, { backend, threads: 2 });
    const report = await model.screen(image);
    const all = [...report.findings, ...report.suppressed];
    answers.push(all);
    assert.ok(all.length > 5, `${all.length} boxes`);
    all.forEach(({ label, score, box: [x0, y0, x1, y1] }, i) => {
      assert.ok(LABELS.includes(label));
      assert.ok(score > 0.05 && score <= (all[i - 1]?.score ?? 1));
      assert.ok(x0 >= 0 && y0 >= 0 && x0 < x1 && y0 < y1 && x1 <= image.width && y1 <= image.height);
    });
    assert.ok(Math.max(...all.map(({ box }) => box[3])) > 200, "boxes are in pixels of the original");
    assert.equal(await model.detect(image), all);
    assert.equal(Object.keys(report.provenance.model.files).sort(), ["densenet.onnx", "finder.onnx"]);
    assert.not.match(report.warnings.join(" "), /no detector|no classifier/);
    assert.ok(report.timings.detect > 0);
    assert.equal(JSON.parse(JSON.stringify(report)), report);
  }
  assert.is(answers[0]!.length, answers[1]!.length);
  answers[0]!.forEach(({ label, score, box }, i) => {
    const other = answers[1]![i]!;
    assert.is(label, other.label);
    assert.ok(Math.abs(score - other.score) < 1e-5);
    for (const [k, side] of box.entries()) assert.ok(Math.abs(side - other.box[k]!) < 1e-2);
  });
});

test("the decision rule follows the manifest's thresholds, and nothing is lost", async () => {
  const image = await readImage(picture);
  const screened = async (abnormal: number, findingWhenNormal: number) => {
    const thresholds = { abnormal, findingWhenNormal };
    const name = `rule-${abnormal}-${findingWhenNormal}`;
    await using model = await loadModel(packageWith(name, (manifest) => ({ ...manifest, thresholds })));
    return await model.screen(image);
  };
  const positive = await screened(0, 0.9);
  assert.equal(positive.suppressed, []);
  const score = positive.findings[3]!.score;
  const normal = await screened(1, score);
  assert.is(normal.abnormal?.positive, false);
  assert.equal(normal.findings, positive.findings.slice(0, 4));
  assert.equal([...normal.findings, ...normal.suppressed], positive.findings);
  assert.equal(normal.provenance.thresholds, { abnormal: 1, findingWhenNormal: score });
});

test("packages with one half say what was not done and refuse to do it", async () => {
  const image = await readImage(picture);
  const alone = packageWith("detector-only", (manifest) => ({
    ...manifest,
    classifiers: [],
    selfTest: null,
  }));
  await using detector = await loadModel(alone);
  const report = await detector.screen(image);
  assert.is(report.abnormal, null);
  assert.equal(report.suppressed, []);
  assert.equal(report.findings, await detector.detect(image));
  assert.match(report.warnings.join(" "), /no classifier/);
  await rejects(() => detector.classify(image), "INVALID_ARGUMENT", /no classifier/);
  await using classifier = await loadModel("sample-tiny");
  await rejects(() => classifier.detect(image), "INVALID_ARGUMENT", /no detector/);
});

test("any aspect ratio, down to one row of pixels", async () => {
  await using model = await loadModel(packageWith("shapes"), { threads: 2 });
  for (const [height, width] of [
    [1, 1],
    [1, 3000],
    [700, 2],
    [97, 211],
    [211, 97],
    [130, 129],
  ] as const) {
    const bytes = Uint8Array.from({ length: height * width }, (_, i) => (i * 7) % 256);
    const image = await readImage(bytes, { raw: { height, width, bits: 8 } });
    for (const { box } of await model.detect(image))
      assert.ok(box[2] <= width && box[3] <= height && box[0] < box[2] && box[1] < box[3], `${box}`);
  }
});

test.run();
