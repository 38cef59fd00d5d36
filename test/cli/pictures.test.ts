/** The files that screen and evaluate write: reports, pictures of them, the page. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRadiograph } from "../../src/image/read.ts";
import { assert, suite } from "../shim.ts";
import { dicomFile, picture } from "../support/dicom-writer.ts";
import { runCli } from "../support/run-cli.ts";
import { writeDetectorPackage } from "../support/tiny-detector.ts";
import { wellFormed } from "../support/well-formed.ts";

const test = suite("cli pictures");
const folder = mkdtempSync(join(tmpdir(), "spinexr-cli-pictures-"));
test.after(() => rmSync(folder, { recursive: true }));
const model = writeDetectorPackage(join(folder, "model"));

function pictureFile(path: string, seed: number): string {
  const pixels = Array.from({ length: 64 * 48 }, (_, at) => (at * (seed + 3) * 37) % 4096);
  writeFileSync(path, dicomFile(picture({ rows: 64, columns: 48, bitsStored: 12 }, pixels)));
  return path;
}

const spinexr = runCli;

test("screen --overlay --svg writes pictures beside the reports, and none for files that fail", async () => {
  mkdirSync(join(folder, "in/deep"), { recursive: true });
  const inputs = [
    pictureFile(join(folder, "in/a.dcm"), 1),
    pictureFile(join(folder, "in/deep/a.dcm"), 2),
    join(folder, "absent.dcm"),
  ];
  const out = join(folder, "out");
  const {
    code,
    err,
    out: text,
  } = await spinexr(["screen", ...inputs, "--model", model, "--out", out, "--overlay", "--svg", "--json"]);
  assert.is(code, 1);
  assert.is(err, "");
  assert.equal(readdirSync(out).sort(), [
    "a.dcm-2.json",
    "a.dcm-2.overlay.png",
    "a.dcm-2.overlay.svg",
    "a.dcm.json",
    "a.dcm.overlay.png",
    "a.dcm.overlay.svg",
    "absent.dcm.json",
  ]);
  const { reports } = JSON.parse(text);
  for (const [i, name] of ["a.dcm", "a.dcm-2", "absent.dcm"].entries())
    assert.equal(JSON.parse(readFileSync(join(out, `${name}.json`), "utf8")).reports, [reports[i]]);
  const png = await readRadiograph(new Uint8Array(readFileSync(join(out, "a.dcm.overlay.png"))));
  const svg = readFileSync(join(out, "a.dcm.overlay.svg"), "utf8");
  wellFormed(svg);
  assert.ok(svg.includes(`width="${png.width}" height="${png.height}"`));
  assert.ok(png.width > 512 && reports[0].findings.length > 0);
  assert.ok(svg.includes(`Osteophytes (`) || svg.includes(`Surgical implant (`));
  // Pictures of a former run are no radiographs.
  const again = await spinexr(["screen", out, "--model", model]);
  assert.is(again.code, 2);
  assert.match(again.err, /No pictures/);
});

test("suppressed findings are drawn on request", async () => {
  const strict = writeDetectorPackage(join(folder, "strict"), undefined, (manifest) => ({
    ...manifest,
    thresholds: { abnormal: 1, findingWhenNormal: 1 },
  }));
  const input = pictureFile(join(folder, "b.dcm"), 5);
  const dashed = async (name: string, ...more: string[]) => {
    const out = join(folder, name);
    const { code, err } = await spinexr(["screen", input, "--model", strict, "--out", out, "--svg", ...more]);
    assert.is(code, 0, err);
    assert.match(err, /NAME\.overlay\.svg/);
    assert.equal(readdirSync(out).sort(), ["b.dcm.json", "b.dcm.overlay.svg"]);
    return readFileSync(join(out, "b.dcm.overlay.svg"), "utf8").includes("stroke-dasharray");
  };
  assert.is(await dashed("without"), false);
  assert.is(await dashed("with", "--show-suppressed"), true);
});

test("an interrupted run keeps what was done", async () => {
  const inputs = Array.from({ length: 40 }, (_, i) => pictureFile(join(folder, `many${i}.dcm`), i));
  const out = join(folder, "interrupted");
  const abort = new AbortController();
  const timer = setInterval(() => {
    if (existsSync(join(out, "many1.dcm.json"))) abort.abort();
  }, 1);
  const { code, err } = await spinexr(["screen", ...inputs, "--out", out, "--overlay"], abort.signal);
  clearInterval(timer);
  assert.is(code, 1);
  assert.match(err, /ABORTED/);
  const written = readdirSync(out);
  assert.ok(written.includes("many0.dcm.json") && written.includes("many0.dcm.overlay.png"));
  assert.ok(!written.includes("many39.dcm.json"));
  assert.is(JSON.parse(readFileSync(join(out, "many0.dcm.json"), "utf8")).reports.length, 1);
});

test("options that need each other", async () => {
  for (const [args, message] of [
    [["--overlay"], /--out DIR/],
    [["--svg"], /--out DIR/],
    [["--show-suppressed", "--out", folder], /--overlay or --svg/],
  ] as const) {
    const { code, err } = await spinexr(["screen", "x.dcm", ...args]);
    assert.is(code, 2);
    assert.match(err, message);
  }
});

test("evaluate --out shows mistakes as thumbnails, and says so of pictures that are gone", async () => {
  const images = join(folder, "images");
  mkdirSync(images);
  const rows = ["image_id,lesion_type,xmin,ymin,xmax,ymax"];
  for (let i = 0; i < 4; i++) {
    pictureFile(join(images, `p${i}.dcm`), i);
    rows.push(i % 2 === 0 ? `p${i},Vertebral collapse,1,2,30,40` : `p${i},No finding,,,,`);
  }
  const csv = join(folder, "annotations.csv");
  writeFileSync(csv, rows.join("\n"));
  const out = join(folder, "evaluation");
  const args = [
    "evaluate",
    "--annotations",
    csv,
    "--images",
    images,
    "--model",
    model,
    "--threshold",
    "0",
    "--out",
    out,
  ];
  const first = await spinexr(args);
  assert.is(first.code, 0, first.err);
  const html = readFileSync(join(out, "evaluation.html"), "utf8");
  const elements = wellFormed(html.slice(html.indexOf("<body>"), html.indexOf("</html>")));
  // Both lesions are missed, many boxes are wrong, both normal pictures are called abnormal.
  assert.is(elements.filter((name) => name === "image").length, 2 + 8 + 2);
  assert.match(html, /Worst misses/);
  assert.match(html, /Random weights/);
  assert.not.match(html, /cannot be shown/);
  rmSync(join(images, "p0.dcm"));
  const second = await spinexr(args);
  assert.is(second.code, 0, second.err);
  assert.match(readFileSync(join(out, "evaluation.html"), "utf8"), /cannot be shown/);
});

test.run();
