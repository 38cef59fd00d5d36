import { readFileSync } from "node:fs";
import {
  listBackends,
  loadModel,
  loadNetwork,
  readImage,
  type SpineXRError,
  VERSION,
} from "../../src/index.node.ts";
import type { OnnxNode } from "../../src/onnx/model.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { assert, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";

const test = suite("model");
const picture = new URL("../../models/samples/lumbar-ap.dcm", import.meta.url);

test("a report says what it found, what made it, and what was not done; cpu and wasm agree", async () => {
  const image = await readImage(picture);
  const answers: number[] = [];
  for (const backend of ["cpu", "wasm"] as const) {
    await using model = await loadModel("sample-tiny", { backend, threads: 2 });
    const report = await model.screen(image);
    const { abnormal } = report;
    assert.ok(abnormal !== null);
    answers.push(abnormal.probability);
    assert.is(abnormal.positive, abnormal.probability >= abnormal.threshold);
    assert.equal([report.findings, report.suppressed], [[], []]);
    assert.equal(report.provenance.thresholds, { abnormal: 0.28, findingWhenNormal: 0.5 });
    assert.match(report.warnings.join(" "), /Random weights.*no detector/);
    assert.is(report.provenance.backend, backend);
    assert.is(report.provenance.engine, `spinexr ${VERSION}`);
    assert.is(report.provenance.pixelSha256, image.sha256);
    assert.ok(report.timings.total >= report.timings.classify);
    assert.equal(JSON.parse(JSON.stringify(report)), report);
    assert.equal(await model.classify(image), report.abnormal);
  }
  assert.ok(Math.abs(answers[0] - answers[1]) < 1e-5, `${answers}`);
});

test("several calls at once give the same answers as one after another", async () => {
  const image = await readImage(picture);
  await using model = await loadModel();
  const reports = await Promise.all(Array.from({ length: 8 }, () => model.screen(image)));
  for (const report of reports) assert.equal(report.abnormal, reports[0].abnormal);
});

test("an 8-bit picture that is no DICOM goes to the network as it is", async () => {
  await using model = await loadModel();
  const raw = { width: 40, height: 30, bits: 8 } as const;
  const bytes = Uint8Array.from({ length: 1200 }, (_, i) => 100 + (i % 7));
  const report = await model.screen(await readImage(bytes, { raw }));
  assert.is(report.provenance.conversion, "none");
  const rgba = new Uint8ClampedArray(4800);
  for (let i = 0; i < 1200; i++) rgba.fill(bytes[i], 4 * i, 4 * i + 4);
  const same = await model.screen(await readImage({ width: 40, height: 30, data: rgba }));
  assert.is(same.abnormal?.probability, report.abnormal?.probability);
});

test("misspelt and wrong options are named", async () => {
  await rejects(
    () => loadModel("sample-tiny", { treads: 2 } as never),
    "INVALID_ARGUMENT",
    /Did you mean "threads"/,
  );
  await rejects(() => loadModel("sample-tiny", { threads: 0 }), "INVALID_ARGUMENT", /1 to 256/);
  await rejects(
    () => loadModel("sample-tiny", { backend: "gpu" as never }),
    "INVALID_ARGUMENT",
    /auto, cuda, cpu, wasm/,
  );
  await rejects(() => loadModel("sample-tini"), "MODEL_NOT_FOUND", /sample-tiny/);
  await rejects(() => readImage("no-such-file.dcm"), "FILE_NOT_FOUND", /no-such-file/);
});

test("aborting before and during, and use after dispose, are typed errors; the model survives an abort", async () => {
  const image = await readImage(picture);
  const model = await loadModel();
  await rejects(() => model.screen(image, { signal: AbortSignal.abort() }), "ABORTED", /cancelled/);
  const controller = new AbortController();
  const calls = Array.from({ length: 4 }, () => model.screen(image, { signal: controller.signal }));
  const settled = Promise.allSettled(calls);
  setTimeout(() => controller.abort(), 5);
  for (const result of await settled)
    if (result.status === "rejected") assert.is((result.reason as SpineXRError).code, "ABORTED");
  await model.screen(image);
  await model.dispose();
  await model.dispose();
  await rejects(() => model.screen(image), "DISPOSED", /loadModel/);
});

test("a refused operator is an error at load that names all of them, unless the delegate may take it", async () => {
  const chain = (first: string, second: string): Uint8Array =>
    writeModel({
      irVersion: 8,
      producerName: "test",
      producerVersion: "",
      opsets: { "": 17 },
      metadata: {},
      graph: {
        name: "chain",
        nodes: [node(first, "x", "a"), node(second, "a", "y")],
        initializers: [],
        inputs: [{ name: "x", type: "float", dims: ["N"] }],
        outputs: [{ name: "y", type: "float", dims: ["N"] }],
      },
    });
  const bytes = chain("Hardmax2", "Nonsense");
  await rejects(
    () => loadNetwork(bytes, { backend: "cpu" }),
    "UNSUPPORTED_OPERATOR",
    /Hardmax2[\s\S]*Nonsense/,
  );
  await rejects(() => loadNetwork(bytes), "UNSUPPORTED_OPERATOR", /Hardmax2[\s\S]*onnxruntime-web/);
  await using net = await loadNetwork(chain("Relu", "Relu"), { backend: "cpu" });
  const { y } = await net.run({ x: { dims: [3], data: new Float32Array([-1, 0, 2]) } });
  assert.equal([...y.data], [0, 0, 2]);
  await rejects(
    () => net.run({ X: { dims: [3], data: new Float32Array(3) } }),
    "INVALID_ARGUMENT",
    /Did you mean "x"/,
  );
  await rejects(
    () => net.run({ x: { dims: [3], data: new Float32Array(2) } }),
    "INVALID_ARGUMENT",
    /3 elements/,
  );
  await rejects(
    () => net.run({ x: { dims: [3], data: new Int32Array(3) as never } }),
    "INVALID_ARGUMENT",
    /Float32Array/,
  );
});

test("listBackends tells what runs and why the rest does not; the version is the package's", async () => {
  const backends = await listBackends();
  assert.equal(
    backends.map(({ name }) => name),
    ["cuda", "cpu", "wasm", "webgpu", "ort"],
  );
  for (const backend of backends) assert.is(backend.available, backend.reason === "");
  const packageJson = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.is(packageJson.version, VERSION);
});

const node = (op: string, input: string, output: string): OnnxNode => ({
  op,
  domain: "",
  name: output,
  inputs: [input],
  outputs: [output],
  attributes: {},
});

test.run();
