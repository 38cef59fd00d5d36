/** spinexr evaluate as people run it, and inside this process where it is interrupted. */
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, shared, suite } from "../shim.ts";
import { dicomFile, picture } from "../support/dicom-writer.ts";
import { runCli } from "../support/run-cli.ts";

const test = suite("cli evaluate");
const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "spinexr-evaluate-"));
test.after(() => rmSync(folder, { recursive: true }));

function spinexr(args: readonly string[]) {
  const child = spawnSync(
    process.execPath,
    ["--import", "tsx", join(root, "src/cli/bin.ts"), "evaluate", ...args],
    {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
      timeout: 120_000,
    },
  );
  return { code: child.status, out: child.stdout, err: child.stderr };
}

test("predictions of a file: JSON, table and plots", () => {
  const golden = shared("golden/evaluation");
  const out = join(folder, "plots");
  const input = [
    "--annotations",
    join(golden, "annotations.csv"),
    "--predictions",
    join(golden, "predictions.json"),
  ];
  const { code, out: text, err } = spinexr([...input, "--json", "--out", out]);
  assert.is(code, 0, err);
  const found = JSON.parse(text);
  const wanted = JSON.parse(readFileSync(join(golden, "expected.json"), "utf8"));
  for (const [name, value] of Object.entries(wanted.classification))
    assert.ok(Math.abs(found[name] - (value as number)) < 1e-9, name);
  assert.ok(Math.abs(found.map50 - wanted.detection_all_boxes.map50) < 1e-9);
  assert.ok(Math.abs(found.afterRule.map50 - wanted.detection_after_decision_rule.map50) < 1e-9);
  assert.equal(readdirSync(out).sort(), [
    "evaluation.html",
    "evaluation.json",
    "froc.svg",
    "pr.svg",
    "reliability.svg",
    "roc.svg",
  ]);
  for (const name of readdirSync(out).filter((file) => file.endsWith(".svg")))
    assert.not.match(readFileSync(join(out, name), "utf8"), /NaN|Infinity|undefined/);
  const plain = spinexr([...input, "--threshold", "0.28"]);
  assert.match(plain.out, /threshold 0\.28\n/);
  assert.match(plain.out, /mean \(mAP@0\.5\) +32\.91/);
});

const images = join(folder, "images");
const csv = join(folder, "annotations.csv");

test("a model on a folder of pictures: goes on where it stopped, and reports pictures that fail", () => {
  mkdirSync(join(images, "deep"), { recursive: true });
  const rows = ["image_id,lesion_type,xmin,ymin,xmax,ymax"];
  for (let i = 0; i < 4; i++) {
    const pixels = Array.from({ length: 64 * 48 }, (_, at) => (at * (i + 3) * 37) % 4096);
    const file = join(images, i === 0 ? "deep" : "", `p${i}.dicom`);
    writeFileSync(file, dicomFile(picture({ rows: 64, columns: 48, bitsStored: 12 }, pixels)));
    rows.push(i % 2 === 0 ? `p${i},Osteophytes,1,2,30,40` : `p${i},No finding,,,,`);
  }
  writeFileSync(csv, rows.join("\n"));
  const out = join(folder, "run");
  const input = [
    "--annotations",
    csv,
    "--images",
    images,
    "--model",
    "sample-tiny",
    "--threshold",
    "0.5",
    "--out",
    out,
  ];
  const first = spinexr([...input, "--json"]);
  assert.is(first.code, 0, first.err);
  const document = JSON.parse(first.out);
  assert.is(document.images, 4);
  assert.is(document.map50, null);

  // Cut off in the middle of the last line, as when the machine stops; p0 cannot be read any more, and need not be.
  const kept = join(out, "predictions.jsonl");
  const whole = readFileSync(kept, "utf8");
  writeFileSync(kept, whole.slice(0, -9));
  copyFileSync(csv, join(images, "deep", "p0.dicom"));
  const second = spinexr([...input, "--json"]);
  assert.is(second.code, 0, second.err);
  assert.equal(JSON.parse(second.out), document);
  assert.is(readFileSync(kept, "utf8"), whole);

  rows.push("absent,No finding,,,,");
  writeFileSync(csv, rows.join("\n"));
  const third = spinexr(input);
  assert.is(third.code, 1);
  assert.match(third.err, /no picture of image absent/);
  assert.match(third.out, /4 images, 2 abnormal/);
  assert.match(third.out, /No boxes/);

  appendFileSync(kept, "{\n");
  assert.match(spinexr(input).err, /INVALID_ARGUMENT.*line 6 is not JSON/);
  writeFileSync(kept, "{}\n");
  assert.match(spinexr(input).err, /INVALID_ARGUMENT.*another model/);
});

test("Ctrl-C ends the run", async () => {
  const abort = new AbortController();
  abort.abort();
  const args = ["evaluate", "--annotations", csv, "--images", images];
  const { code, err } = await runCli(args, abort.signal);
  assert.is(code, 1);
  assert.match(err, /ABORTED/);
});

test("wrong usage exits with 2, unreadable files with 1", () => {
  for (const [args, code, message] of [
    [[], 2, /--annotations/],
    [["--annotations", "a.csv"], 2, /either --predictions/],
    [["--annotations", "a.csv", "--predictions", "p", "--images", "d"], 2, /either --predictions/],
    [["--annotations", "a.csv", "--predictions", "p", "--model", "m"], 2, /--model goes with --images/],
    [["--annotations", "a.csv", "--predictions", "p", "--threshold", "2"], 2, /0 to 1/],
    [["--annotations", join(folder, "none.csv"), "--predictions", "p"], 1, /FILE_NOT_FOUND/],
  ] as const) {
    const found = spinexr(args);
    assert.is(found.code, code, found.err);
    assert.match(found.err, message);
  }
});

test.run();
