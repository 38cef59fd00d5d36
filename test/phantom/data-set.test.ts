/** spinexr phantom: the layout, going on after an interruption, ranges, wrong usage. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAnnotations } from "../../src/metrics/annotations.ts";
import {
  loadJpegLs,
  type PhantomKey,
  phantomDicom,
  planPhantom,
  producePhantoms,
} from "../../src/phantom/index.ts";
import { LESION_CLASSES } from "../../src/vindr-spinexr.ts";
import { assert, suite } from "../shim.ts";
import { runCli } from "../support/run-cli.ts";

const test = suite("phantom data sets");
const folder = mkdtempSync(join(tmpdir(), "spinexr-phantoms-"));
test.after(() => rmSync(folder, { recursive: true }));

const spinexr = (...args: readonly string[]) => runCli(["phantom", ...args]);

const small = ["--seed", "5", "--size", "160"];

test("writes the layout of the data set", async () => {
  const out = join(folder, "layout");
  const { code, out: text, err } = await spinexr("--out", out, "--count", "12", "--split", "train", ...small);
  assert.is(code, 0, err);
  assert.match(text, /12 pictures/);
  const csv = readFileSync(join(out, "annotations/train.csv"), "utf8");
  assert.is(csv.split("\n")[0], "study_id,series_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax");
  const annotations = parseAnnotations(csv);
  const plans = Array.from({ length: 12 }, (_, index) =>
    planPhantom({ seed: 5, split: "train", index, longest: 160 }),
  );
  assert.equal(
    annotations,
    plans.map(({ id, lesions }) => ({
      imageId: id,
      abnormal: lesions.length > 0,
      lesions: lesions.map(({ type, box }) => ({ label: type, box })),
    })),
  );
  assert.ok(annotations.every(({ lesions }) => lesions.every(({ label }) => LESION_CLASSES.includes(label))));
  assert.equal(readdirSync(join(out, "train_images")).sort(), plans.map(({ id }) => `${id}.dicom`).sort());
  const [first] = plans;
  assert.equal(
    new Uint8Array(readFileSync(join(out, "train_images", `${first.id}.dicom`))),
    phantomDicom(first),
  );
});

test("goes on where it stopped, and a longer run begins with a shorter one", async () => {
  const out = join(folder, "resume");
  await spinexr("--out", out, "--count", "3", ...small);
  const images = join(out, "test_images");
  const [kept, lost] = readdirSync(images);
  writeFileSync(join(images, kept), "kept");
  rmSync(join(images, lost));
  const { out: text } = await spinexr("--out", out, "--count", "5", "--threads", "1", ...small);
  assert.match(text, /5 pictures.*, 3 of them made now/);
  assert.is(readFileSync(join(images, kept), "utf8"), "kept");
  assert.ok(statSync(join(images, lost)).size > 1000);
  assert.is(parseAnnotations(readFileSync(join(out, "annotations/test.csv"), "utf8")).length, 5);
});

test("a range is a part of the whole", async () => {
  const out = join(folder, "range");
  await spinexr("--out", out, "--first", "2", "--count", "2", ...small);
  const rows = parseAnnotations(readFileSync(join(out, "annotations/test.csv"), "utf8"));
  assert.equal(
    rows.map(({ imageId }) => imageId),
    [2, 3].map((index) => planPhantom({ seed: 5, split: "test", index, longest: 160 }).id),
  );
});

test("--compress makes the same pictures in fewer bytes", async () => {
  const out = join(folder, "compressed");
  await spinexr("--out", out, "--count", "4", "--compress", ...small);
  for (let index = 0; index < 4; index++) {
    const plan = planPhantom({ seed: 5, split: "test", index, longest: 160 });
    const file = readFileSync(join(out, "test_images", `${plan.id}.dicom`));
    assert.equal(new Uint8Array(file), phantomDicom(plan, await loadJpegLs()));
    assert.ok(file.length < 0.8 * phantomDicom(plan).length, `${file.length} bytes`);
  }
});

test("an interruption leaves whole files only and no table", async () => {
  const out = join(folder, "stopped");
  const abort = new AbortController();
  const args = ["phantom", "--out", out, "--count", "400", "--seed", "6", "--size", "300"];
  const run = runCli(args, abort.signal);
  const images = join(out, "test_images");
  while (!existsSync(images) || readdirSync(images).filter((name) => name.endsWith(".dicom")).length < 2)
    await new Promise((resolve) => setTimeout(resolve, 20));
  abort.abort();
  assert.is((await run).code, 1);
  assert.not.ok(existsSync(join(out, "annotations/test.csv")));
  for (const name of readdirSync(images).filter((file) => file.endsWith(".dicom")))
    assert.ok(statSync(join(images, name)).size > 10_000);
});

test("what the taker throws ends the run", async () => {
  const keys = Array.from(
    { length: 6 },
    (_, index): PhantomKey => ({ seed: 1, split: "test", index, longest: 64 }),
  );
  let taken = 0;
  const take = async (): Promise<void> => {
    if (++taken === 2) throw new Error("the disk is full");
  };
  try {
    await producePhantoms(keys, take);
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "the disk is full");
  }
});

test("says what is wrong with the command line", async () => {
  for (const [args, message] of [
    [["--count", "3", "--seed", "1"], /expects --out/],
    [["--out", folder, "--count", "0", "--seed", "1"], /--count expects/],
    [["--out", folder, "--count", "1", "--seed", "1", "--split", "valid"], /--split expects one of/],
    [["--out", folder, "--count", "1", "--seed", "1", "--size", "10"], /--size expects/],
  ] as const) {
    const { code, err } = await spinexr(...args);
    assert.is(code, 2);
    assert.match(err, message);
  }
});

test.run();
