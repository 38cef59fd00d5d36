/** The options of loadNetwork and loadModel: what they let choose, what they report, what they refuse. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineNetwork } from "../../src/api/network.ts";
import {
  loadModel,
  loadNetwork,
  memoryStore,
  type ProgressEvent,
  readImage,
  type TuningStore,
} from "../../src/index.node.ts";
import { NodeBuilder } from "../../src/onnx/node-builder.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { assert, random, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { tinyDetector, writeDetectorPackage } from "../support/tiny-detector.ts";

const test = suite("tune: api");
const folder = mkdtempSync(join(tmpdir(), "spinexr-tune-"));
test.after(() => rmSync(folder, { recursive: true }));

const next = random(5);
const reals = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * next() - 1);

/** Two convolutions and a map as the answer: no Strassen anywhere. */
function network(): Uint8Array {
  const net = new NodeBuilder();
  const weights = (name: string, ...dims: number[]): string =>
    net.tensor({ name, type: "float", dims, data: reals(dims.reduce((a, b) => a * b, 1)) });
  let x = net.node("Conv", "first", ["x", weights("w0", 24, 17, 3, 3)], { pads: { ints: [1, 1, 1, 1] } });
  x = net.node("Conv", "second", [net.node("Relu", "relu", [x]), weights("w1", 32, 24, 3, 3)]);
  return writeModel({
    irVersion: 8,
    producerName: "",
    producerVersion: "",
    opsets: { "": 17 },
    metadata: {},
    graph: {
      name: "two",
      inputs: [{ name: "x", type: "float", dims: [1, 17, "h", "w"] }],
      outputs: [{ name: x, type: "float", dims: null }],
      initializers: net.initializers,
      nodes: net.nodes,
    },
  });
}
const onnx = network();
const input = (h: number, w: number) => ({ x: { dims: [1, 17, h, w], data: reals(17 * h * w) } });
const feed = input(11, 9);

const algorithms = async (net: unknown, inputs = feed): Promise<string[]> =>
  (await (net as EngineNetwork).describe(inputs)).plan.steps
    .filter(({ kind }) => kind === "conv")
    .map(({ algorithm, chosenBy }) => `${algorithm} ${chosenBy}`);

test("off by default: nothing is read or written", async () => {
  const touched: string[] = [];
  const tuningStore: TuningStore = {
    read: async (name) => {
      touched.push(name);
      return null;
    },
    write: async (name) => {
      touched.push(name);
    },
  };
  for (const tune of [undefined, "off", false] as const) {
    await using net = await loadNetwork(onnx, { tune, tuningStore, deterministic: true });
    await net.run(feed);
    assert.equal(net.tuning, { mode: "off", tuned: false, overridden: false, warnings: [] });
  }
  assert.equal(touched, []);
});

for (const backend of ["cpu", "wasm"] as const)
  test(`${backend}: measured once for each size, kept in the folder, found by the next network`, async () => {
    const tuningStore = join(folder, backend);
    const events: ProgressEvent[] = [];
    const onProgress = (event: ProgressEvent) => events.push(event);
    const options = { backend, threads: 2, tuningStore } as const;
    await using plain = await loadNetwork(onnx, { backend, threads: 2 });
    await using net = await loadNetwork(onnx, { ...options, tune: true, onProgress });
    assert.is(net.tuning.tuned, false, "no plan yet");
    const outputs = await net.run(feed);
    assert.equal(net.tuning, { mode: "measure", tuned: true, overridden: false, warnings: [] });
    assert.equal(
      events.map((event) => (event.phase === "tune" ? event.layer : event.phase)),
      ["first", "second"],
    );
    await net.run(feed);
    await net.run(input(11, 9));
    assert.is(events.length, 2);
    await net.run(input(12, 9));
    assert.is(events.length, 4);
    const [name, ...others] = readdirSync(tuningStore);
    assert.equal(others, []);
    assert.match(name!, new RegExp(`^tuning-${backend}-\\w+-2-[0-9a-f]{16}\\.json$`));

    await using second = await loadNetwork(onnx, { ...options, tune: "cached" });
    assert.equal(await second.run(feed), outputs, "equal choices, equal bits");
    assert.equal(await algorithms(second), await algorithms(net));
    assert.ok((await algorithms(second)).every((text) => text.endsWith(" tuned")));
    assert.ok((await algorithms(second, input(30, 31))).every((text) => text.endsWith(" model")));
    const [a, b] = [outputs, await plain.run(feed)].map(
      (made) => Object.values(made)[0]!.data as Float32Array,
    );
    const size = Math.hypot(...b!);
    assert.ok(Math.hypot(...b!.map((value, i) => value - a![i]!)) < 1e-5 * size);

    writeFileSync(join(tuningStore, name!), "{}");
    await using third = await loadNetwork(onnx, { ...options, tune: "cached" });
    await third.run(feed);
    assert.is(third.tuning.tuned, false);
    assert.match(third.tuning.warnings.join(), /was ignored: its schema/);
    assert.is(readFileSync(join(tuningStore, name!), "utf8"), "{}", "only measuring writes");
  });

test("who gives up measuring leaves it to others that wait for the same plan", async () => {
  const stop = new AbortController();
  await using net = await loadNetwork(onnx, {
    tune: true,
    tuningStore: memoryStore(),
    onProgress: () => stop.abort(),
  });
  const [given, kept] = await Promise.allSettled([net.run(feed, { signal: stop.signal }), net.run(feed)]);
  assert.is(given.status, "rejected");
  assert.is((given as PromiseRejectedResult).reason.code, "ABORTED");
  assert.is(kept.status, "fulfilled");
  assert.is(net.tuning.tuned, true);
});

test("overrides reach the plan and are reported; wrong ones are refused when it is made", async () => {
  await using net = await loadNetwork(onnx, { algorithms: { first: "winograd2", second: "gemm" } });
  assert.equal(await algorithms(net), ["Winograd F(2x2) override", "implicit GEMM override"]);
  assert.equal(net.tuning, { mode: "off", tuned: false, overridden: true, warnings: [] });
  await using byRule = await loadNetwork(onnx, {
    algorithms: ({ channels }) => (channels[1] === 32 ? "winograd2" : undefined),
  });
  assert.match((await algorithms(byRule))[1]!, /F\(2x2\) override/);
  for (const [wrong, message] of [
    [{ frist: "gemm" }, /Did you mean "first"/],
    [{ first: "strassen" }, /"first" one of auto, gemm, winograd2, winograd4/],
  ] as const) {
    await using bad = await loadNetwork(onnx, { algorithms: wrong });
    await rejects(() => bad.run(feed), "INVALID_ALGORITHM", message);
  }
});

test("options that contradict each other, or are none", async () => {
  const refuse = (options: object, message: RegExp) =>
    rejects(() => loadNetwork(onnx, options), "INVALID_ARGUMENT", message);
  await refuse({ tune: true, deterministic: true }, /"deterministic" excludes/);
  await refuse({ tune: "cached", deterministic: true }, /"deterministic" excludes/);
  await refuse({ tune: "always" }, /one of off, cached, measure, remeasure/);
  await refuse({ tuningStore: "" }, /a folder or an object with read/);
  await refuse({ tuningStore: { read() {} } }, /a folder or an object with read/);
  await refuse({ algorithms: { first: "fft" } }, /one of auto, gemm, depthwise/);
  await refuse({ backend: "ort", tune: true }, /chooses its own algorithms/);
  await rejects(() => loadModel(undefined, { tune: true, deterministic: true }), "INVALID_ARGUMENT");
  await rejects(() => loadModel(undefined, { algorithms: { a: "gemm" } as never }), "INVALID_ARGUMENT");
});

test("a package: all networks share measurements; the report says so", async () => {
  const both = writeDetectorPackage(join(folder, "both"), tinyDetector());
  const image = await readImage(
    new Uint8Array(readFileSync(join(import.meta.dirname, "../../models/samples/lumbar-ap.dcm"))),
  );
  await using plain = await loadModel(both);
  const usual = await plain.screen(image);
  assert.is(usual.provenance.tuned, false);
  assert.is(usual.provenance.overridden, false);
  const tuningStore = memoryStore();
  let measured = 0;
  const onProgress = ({ phase }: ProgressEvent) => {
    if (phase === "tune") measured++;
  };
  await using model = await loadModel(both, { tune: true, tuningStore, onProgress });
  const report = await model.screen(image);
  assert.ok(measured > 0);
  assert.is(report.provenance.tuned, true);
  assert.is(model.tuning.mode, "measure");
  assert.ok(Math.abs(report.abnormal!.probability - usual.abnormal!.probability) < 1e-4);
  const before = measured;
  await using again = await loadModel(both, { tune: true, tuningStore, onProgress });
  assert.equal({ ...(await again.screen(image)), timings: null }, { ...report, timings: null });
  assert.is(measured, before);
  await rejects(
    () => loadModel(both, { algorithms: { nobody: {} } }),
    "INVALID_ALGORITHM",
    /the network "nobody"/,
  );
  const name = model.manifest.classifiers[0]!.name;
  await rejects(
    () => loadModel(both, { algorithms: { [name]: { nothing: "gemm" } } }),
    "INVALID_ALGORITHM",
    /names "nothing"/,
  );
  const algorithms = { [name]: () => "gemm" as const };
  await using overridden = await loadModel(both, { algorithms });
  assert.is((await overridden.screen(image)).provenance.overridden, true);
});

test.run();
