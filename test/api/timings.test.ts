/** report.timings: the contract's sums, stages, and on request every step of every network. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  loadModel,
  loadNetwork,
  readImage,
  type ScreeningReport,
  type StageTiming,
  screenAll,
} from "../../src/index.node.ts";
import { inputSize } from "../../src/tasks/detector-input.ts";
import { assert, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { tinyDetector, writeDetectorPackage } from "../support/tiny-detector.ts";

const test = suite("timings");
const folder = mkdtempSync(join(tmpdir(), "spinexr-timings-"));
test.after(() => rmSync(folder, { recursive: true }));
const both = writeDetectorPackage(join(folder, "both"), tinyDetector());
const phantom = new Uint8Array(readFileSync(join(import.meta.dirname, "../../models/samples/lumbar-ap.dcm")));

const end = ({ start, ms }: StageTiming): number => start + ms;
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6 * Math.max(1, a, b);

function checkSums({ timings }: ScreeningReport): void {
  const { stages } = timings;
  const of = (...kinds: readonly StageTiming["stage"][]): number =>
    sum(stages.filter(({ stage }) => kinds.includes(stage)).map(({ ms }) => ms));
  assert.ok(near(timings.decode, of("decode")));
  assert.ok(near(timings.preprocess, of("prepare")));
  assert.ok(near(timings.classify, of("classify")));
  assert.ok(near(timings.detect, of("detect")));
  assert.ok(near(timings.postprocess, of("boxes", "decision")));
  assert.ok(timings.total >= sum(stages.map(({ ms }) => ms)) - 1e-6);
  stages.forEach((stage, i) => {
    assert.ok(stage.ms >= 0);
    if (i > 0) assert.ok(stage.start >= end(stages[i - 1]!) - 1e-6, "stages follow one another");
  });
}

for (const backend of ["cpu", "wasm"] as const) {
  test(`${backend}: stages make up the sums; steps come when asked for`, async () => {
    await using model = await loadModel(both, { backend, threads: 2 });
    const before = performance.now();
    const image = await readImage(phantom);
    const plain = await model.screen(image);
    const after = performance.now();
    checkSums(plain);
    const size = inputSize(model.manifest.detector!.input.resize, image);
    assert.equal(
      plain.timings.stages.map(({ stage, name }) => `${stage} ${name}`.trim()),
      [
        "decode",
        `prepare 224 x 224, ${size.height} x ${size.width}`,
        "classify densenet",
        "detect finder",
        "boxes",
        "decision",
      ],
    );
    for (const stage of plain.timings.stages) {
      assert.ok(stage.start >= before && end(stage) <= after);
      assert.not("run" in stage);
    }
    const detailed = await model.screen(image, { timings: "steps" });
    checkSums(detailed);
    assert.equal(detailed.findings, plain.findings);
    assert.equal(detailed.abnormal, plain.abnormal);
    const networks = detailed.timings.stages.filter(({ run }) => run !== undefined);
    assert.equal(
      networks.map(({ stage }) => stage),
      ["classify", "detect"],
    );
    for (const stage of networks) {
      const { start, steps } = stage.run!;
      assert.ok(start >= stage.start && steps.length > 5);
      assert.ok(start + sum(steps.map(({ ms }) => ms)) <= end(stage) + 0.01);
      const conv = steps.find(({ kind }) => kind === "conv");
      assert.ok(conv !== undefined && conv.flops > 0 && conv.bytes.weights > 0 && conv.algorithm !== "");
    }
    assert.equal(JSON.parse(JSON.stringify(detailed)), detailed);
  });
}

test("runs of several pictures wait for each other and say when their turn came", async () => {
  await using model = await loadModel(both, { backend: "cpu", threads: 2 });
  const runs: { start: number; end: number }[] = [];
  for await (const { report } of screenAll(model, [phantom, phantom, phantom, phantom], {
    timings: "steps",
  })) {
    assert.ok(report !== null);
    checkSums(report);
    for (const { run } of report.timings.stages)
      if (run !== undefined)
        runs.push({ start: run.start, end: run.start + sum(run.steps.map(({ ms }) => ms)) });
  }
  assert.is(runs.length, 8);
  runs.sort((a, b) => a.start - b.start);
  runs.forEach(({ start }, i) => {
    if (i > 0) assert.ok(start >= runs[i - 1]!.end - 0.01, "one network at a time");
  });
});

test("a package without a detector has no stage of one", async () => {
  await using model = await loadModel("sample-tiny");
  const raw = { width: 40, height: 30, bits: 8 } as const;
  const report = await model.screen(await readImage(new Uint8Array(1200).fill(7), { raw }));
  checkSums(report);
  assert.equal(
    report.timings.stages.map(({ stage }) => stage),
    ["decode", "prepare", "classify", "decision"],
  );
  assert.is(report.timings.detect, 0);
});

test("misspelt details are refused, and by the halves altogether", async () => {
  await using model = await loadModel("sample-tiny");
  const image = await readImage(phantom);
  await rejects(() => model.screen(image, { timings: "step" as never }), "INVALID_ARGUMENT", /stages, steps/);
  await rejects(
    () => model.classify(image, { timings: "steps" } as never),
    "INVALID_ARGUMENT",
    /no option "timings"/,
  );
});

test("a network's profile says what each step is", async () => {
  const file = join(import.meta.dirname, "../../models/sample-tiny/densenet.onnx");
  await using network = await loadNetwork(file, { backend: "cpu" });
  const image = { dims: [2, 3, 64, 64], data: new Float32Array(2 * 3 * 64 * 64) };
  const before = performance.now();
  const { outputs, start, steps } = await network.profile({ image });
  assert.ok(start >= before && start <= performance.now());
  assert.equal(outputs, await network.run({ image }));
  const stem = steps.find(({ name }) => name === "backbone.stem.0")!;
  assert.equal([stem.kind, stem.algorithm, stem.detail], ["conv", "implicit GEMM", "7x7/2 > BN > relu"]);
  assert.equal(stem.dims, [2, 16, 32, 32]);
  assert.is(stem.flops, 2 * (2 * 16 * 32 * 32) * (3 * 49));
  assert.equal(stem.bytes, {
    weights: 4 * (16 * 3 * 49 + 16 + 16),
    read: 4 * 2 * 3 * 64 * 64,
    written: 4 * 2 * 16 * 32 * 32,
  });
  assert.is(steps.at(-1)?.name, "logits");
});

test.run();
