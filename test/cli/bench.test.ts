/** Benchmarks from the command line. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, suite } from "../shim.ts";
import { runCli } from "../support/run-cli.ts";

const test = suite("cli bench");
const folder = mkdtempSync(join(tmpdir(), "spinexr-cli-bench-"));
test.after(() => rmSync(folder, { recursive: true }));
const root = join(import.meta.dirname, "../..");
const network = join(root, "models/sample-tiny/densenet.onnx");
const tiny = join(root, "models/sample-tiny");
const SHAPE = ["--shape", "image=1x3x64x64"];
const ONCE = ["--rounds", "1", "--threads", "1"];

const results = join(folder, "results.json");

test("a network on two backends: answers compared, both timed, results saved", async () => {
  const both = ["--backend", "cpu", "--backend", "wasm", ...ONCE];
  const { code, out, err } = await runCli(["bench", network, ...SHAPE, ...both, "--save", results]);
  assert.is(code, 0, err);
  assert.match(
    out,
    /^densenet\.onnx, image 1x3x64x64\nengine +threads +on +ms +± +p95 +images\/s +times +difference\n/,
  );
  assert.match(out, /spinexr \S+ cpu \S+ +1 +A +[\d.]+/);
  assert.match(out, /spinexr \S+ wasm \S+ +1 +A +[\d.]+/);
  assert.match(out, /\nA: .+, \d+ processors?, .+, Node \d/);
  const { schema, entries, failed } = JSON.parse(readFileSync(results, "utf8"));
  assert.is(schema, "spinexr.bench/1");
  assert.equal(failed, []);
  assert.is(entries.length, 2);
  for (const { median, count, least } of entries) assert.ok(count >= 1 && median >= least && least > 0);
  assert.equal(entries[0].difference, null);
  assert.ok(entries[1].difference <= 1e-3);
});

test("a package screens a phantom", async () => {
  const { code, out, err } = await runCli(["bench", "--model", tiny, "--backend", "cpu", ...ONCE, "--json"]);
  assert.is(code, 0, err);
  const [{ subject, measure, unit }] = JSON.parse(out).entries;
  assert.match(subject, /^sample-tiny \S+, screening a phantom of \d+ x \d+$/);
  assert.equal([measure, unit], ["time", "ms"]);
});

test("--merge lays results of other machines beside these", async () => {
  const document = JSON.parse(readFileSync(results, "utf8"));
  const elsewhere = join(folder, "elsewhere.json");
  document.machine.runtime = "Chromium 150";
  for (const entry of document.entries) entry.median *= 1000;
  writeFileSync(elsewhere, JSON.stringify(document));
  const { code, out } = await runCli(["bench", "--merge", results, elsewhere]);
  assert.is(code, 0);
  assert.is(out.split("densenet.onnx").length, 2, "one table");
  assert.match(out, /spinexr .+ B [^\n]+\n\nA: .+Node.+\nB: .+Chromium 150/);
  const { machines, subjects } = JSON.parse(
    (await runCli(["bench", "--merge", "--json", results, elsewhere])).out,
  );
  assert.equal(Object.keys(machines), ["A", "B"]);
  assert.is(subjects[0].rows.length, 4);
});

test("a backend that does not run here is skipped with its reason; without any the status is 1", async () => {
  const { code, out } = await runCli([
    "bench",
    network,
    ...SHAPE,
    "--backend",
    "cuda",
    "--precision",
    "fp16",
    ...ONCE,
  ]);
  // Where there is a GPU the network is timed.
  if (code === 1) assert.match(out, /(skipped|FAILED) cuda: .+\.\n/);
  else assert.match(out, /spinexr \S+ cuda .*fp16/);
});

test("mistyped command lines and files", async () => {
  const usage = async (message: RegExp, ...args: string[]) => {
    const { code, err } = await runCli(["bench", ...args]);
    assert.is(code, 2, err);
    assert.match(err, message);
  };
  await usage(/--backend expects one of \S.*found "gpu"/, network, "--backend", "gpu");
  await usage(/a network or --model, not both/, network, "--model", tiny);
  await usage(/at most one network/, network, network);
  await usage(/use spinexr bench --model/, tiny);
  await usage(/--shape goes with a network/, "--shape", "image=1x3x64x64");
  await usage(/--merge expects files/, "--merge");
  await usage(/--rounds is for measuring/, "--merge", results, "--rounds", "2");
  await usage(/--rounds expects a whole number from 1 to 1000/, network, "--rounds", "0");
  const { code, err } = await runCli(["bench", "--merge", join(root, "package.json")]);
  assert.is(code, 1);
  assert.match(err, /INVALID_ARGUMENT.+package\.json holds no results of a benchmark/);
});

test("stops when it is cancelled", async () => {
  const { code, err } = await runCli(["bench", network, ...SHAPE, ...ONCE], AbortSignal.abort());
  assert.is(code, 1);
  assert.match(err, /ABORTED/);
});

test.run();
