/** Commands on packages with a detector. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest } from "../../src/package/manifest.ts";
import { assert, suite } from "../shim.ts";
import { dicomFile, picture } from "../support/dicom-writer.ts";
import { runCli } from "../support/run-cli.ts";
import { tinyDetector, writeDetectorPackage } from "../support/tiny-detector.ts";

const test = suite("cli detector");
const folder = mkdtempSync(join(tmpdir(), "spinexr-cli-detector-"));
test.after(() => rmSync(folder, { recursive: true }));
const phantom = join(import.meta.dirname, "../../models/samples/lumbar-ap.dcm");

const packageWith = (name: string, change?: (manifest: Manifest) => Manifest): string =>
  writeDetectorPackage(join(folder, name), tinyDetector(), change);
const both = packageWith("both");
const alone = packageWith("alone", (manifest) => ({ ...manifest, classifiers: [], selfTest: null }));

const spinexr = (...args: readonly string[]) => runCli(args);

test("screen lists findings with boxes; without a classifier the verdict is unknown", async () => {
  const { reports } = JSON.parse((await spinexr("screen", phantom, "--model", alone, "--json")).out);
  const [{ abnormal, findings, suppressed, warnings }] = reports;
  assert.is(abnormal, null);
  assert.ok(findings.length > 5 && suppressed.length === 0);
  assert.match(warnings.join(" "), /no classifier/);
  const { code, out, err } = await spinexr("screen", phantom, "--model", alone);
  assert.is(code, 0, err);
  assert.match(out, new RegExp(`lumbar-ap\\.dcm +unknown +${findings.length} +0 `));
  const [{ label, score, box }] = findings;
  const row = [label, score.toFixed(4), ...box.map((side: number) => side.toFixed(1))].join(" +");
  assert.match(out, new RegExp(`picture +finding +score +x0[^]*lumbar-ap\\.dcm +${row}`));
  assert.match(
    (await spinexr("screen", phantom, "--model", both)).out,
    /lumbar-ap\.dcm +0\.\d{4} +(ab)?normal/,
  );
});

test("info describes both halves", async () => {
  const { code, out } = await spinexr("info", "--model", both);
  assert.is(code, 0);
  assert.match(out, /classifier +densenet +densenet +224 x 224 +abnormal/);
  assert.match(
    out,
    /detector +finder +two convolutions, decoder anchors +shortest edge 120, longest 200 +Osteo/,
  );
  assert.match(out, /abnormal from 0\.28 on; findings on normal pictures from 0\.5 on/);
  const manifest = JSON.parse((await spinexr("info", "--model", both, "--json")).out);
  assert.equal(manifest, JSON.parse(readFileSync(join(both, "model.json"), "utf8")));
});

test("evaluate takes all boxes and the package's rule; it needs a classifier", async () => {
  const images = join(folder, "images");
  mkdirSync(images);
  const rows = ["image_id,lesion_type,xmin,ymin,xmax,ymax"];
  for (let i = 0; i < 4; i++) {
    const pixels = Array.from({ length: 64 * 48 }, (_, at) => (at * (i + 3) * 37) % 4096);
    writeFileSync(
      join(images, `p${i}.dcm`),
      dicomFile(picture({ rows: 64, columns: 48, bitsStored: 12 }, pixels)),
    );
    rows.push(i % 2 === 0 ? `p${i},Osteophytes,1,2,30,40` : `p${i},No finding,,,,`);
  }
  const csv = join(folder, "annotations.csv");
  writeFileSync(csv, rows.join("\n"));
  const evaluate = (model: string) =>
    spinexr(
      "evaluate",
      "--annotations",
      csv,
      "--images",
      images,
      "--threshold",
      "1",
      "--json",
      "--model",
      model,
    );
  const strict = packageWith("strict", (manifest) => ({
    ...manifest,
    thresholds: { abnormal: 1, findingWhenNormal: 1 },
  }));
  const { code, out, err } = await evaluate(strict);
  assert.is(code, 0, err);
  const { detection, afterRule } = JSON.parse(out);
  assert.ok(detection.boxes > 0);
  assert.is(afterRule.boxes, 0);
  const loose = packageWith("loose", (manifest) => ({
    ...manifest,
    thresholds: { abnormal: 1, findingWhenNormal: 0 },
  }));
  assert.is(JSON.parse((await evaluate(loose)).out).afterRule.boxes, detection.boxes);
  const blind = await evaluate(alone);
  assert.is(blind.code, 0, blind.err);
  assert.match(blind.err, /no classifier: the highest score/);
  const figures = JSON.parse(blind.out);
  assert.is(figures.probability, "highest-finding");
  assert.equal(figures.afterRule, figures.detection);
  assert.ok(figures.detection.boxes > 0 && figures.auroc >= 0);
});

test.run();
