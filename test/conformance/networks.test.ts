/** Whole networks: the ONNX project's five "light" ones, and random weights against onnxruntime-web. */
import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import type { BackendName } from "../../src/backends/names.ts";
import { findFamily } from "../../src/convert/architectures/families.ts";
import { readCheckpoint } from "../../src/convert/checkpoint/read-checkpoint.ts";
import { elementCount } from "../../src/graph/graph.ts";
import { loadNetwork } from "../../src/index.node.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import { readModelProto } from "../../src/onnx/model-proto.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { conformanceCases, lightInput, readTensorFile } from "../onnx/conformance-cases.ts";
import { relativeL2 } from "../reference/compare.ts";
import { assert, random, shared, suite } from "../shim.ts";
import { type DenseNetSize, randomDenseNet, TINY } from "../support/random-densenet.ts";
import { writeCheckpoint } from "../support/torch-writer.ts";
import { withRandomWeights } from "./random-weights.ts";
import { mismatchOf } from "./run-case.ts";

const test = suite("whole networks");
const BACKENDS: readonly BackendName[] = ["cpu", "wasm"];

/** The only input that the file gives no value for. */
function freeInput({ graph }: OnnxModel): { name: string; dims: readonly number[] } {
  const made = new Set([...graph.initializers.map((t) => t.name), ...graph.nodes.flatMap((n) => n.outputs)]);
  const input = graph.inputs.find(({ name }) => !made.has(name))!;
  return { name: input.name, dims: input.dims as readonly number[] };
}

const LIGHT = ["inception_v1", "resnet50", "squeezenet", "vgg19", "zfnet512"];
for (const backend of BACKENDS) {
  for (const name of LIGHT) {
    test(`light_${name} on ${backend}`, async () => {
      const entry = conformanceCases(shared("third_party/onnx-conformance")).find(
        (one) => one.name === `light/light_${name}.onnx`,
      )!;
      const bytes = readFileSync(entry.modelPath);
      const input = freeInput(readModelProto(bytes));
      await using network = await loadNetwork(bytes, { backend, threads: 2 });
      const { data, dims } = lightInput(input.name, input.dims);
      const outputs = await network.run({ [input.name]: { data: data as Float32Array, dims } });
      const expected = readTensorFile(entry.outputPaths[0]!);
      const [found] = Object.values(outputs);
      assert.is(network.backend.name, backend);
      assert.is(mismatchOf(found!, expected), null);
    });
  }
}

async function againstOnnxruntime(label: string, model: OnnxModel, dims: readonly number[]): Promise<void> {
  const bytes = writeModel(model);
  const { name } = freeInput(model);
  const next = random(11);
  const data = Float32Array.from({ length: elementCount(dims) }, () => 2 * next() - 1);
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4 });
  const answer = await session.run({ [name]: new ort.Tensor("float32", data, dims) });
  const [expected] = Object.values(answer).map((value) => value.data as Float32Array);
  await session.release();
  const errors: string[] = [];
  for (const backend of BACKENDS) {
    for (const optimize of [true, false]) {
      await using network = await loadNetwork(bytes, { backend, threads: 2, optimize });
      const [found] = Object.values(await network.run({ [name]: { dims, data } }));
      assert.is(network.backend.name, backend);
      assert.is(found!.data.length, expected!.length);
      const error = relativeL2(found!.data as Float32Array, expected!);
      errors.push(`${backend}${optimize ? "" : " as imported"} ${error.toExponential(1)}`);
      assert.ok(error < 1e-5, `${label} on ${backend}, optimize ${optimize}: relative L2 ${error}`);
    }
  }
  console.log(
    `\nNOTE ${label} [${dims.join(", ")}] against onnxruntime-web, relative L2: ${errors.join(", ")}`,
  );
}

for (const name of ["resnet50", "squeezenet", "inception_v1"]) {
  test(`${name} with random weights agrees with onnxruntime-web`, async () => {
    const path = shared(`third_party/onnx-conformance/light/light_${name}.onnx`);
    const model = withRandomWeights(readModelProto(readFileSync(path)), random(7));
    await againstOnnxruntime(name, model, freeInput(model).dims);
  });
}

const SIZES: Readonly<Record<string, DenseNetSize>> = {
  "tiny DenseNet": TINY,
  "DenseNet of torchvision's spelling": { ...TINY, style: "torchvision", outputs: 3 },
  "DenseNet of odd widths": { ...TINY, blocks: [3, 4, 5], init: 13, growth: 7, bottleneck: 29, outputs: 2 },
  "DenseNet-121": { ...TINY, blocks: [6, 12, 24, 16], init: 64, growth: 32, bottleneck: 128 },
};
for (const [label, size] of Object.entries(SIZES)) {
  test(`${label} with random weights agrees with onnxruntime-web`, async () => {
    const state = await readCheckpoint(writeCheckpoint(randomDenseNet(size, random(5))));
    const { model } = findFamily("densenet").convert(state, "densenet");
    await againstOnnxruntime(label, model, label === "DenseNet-121" ? [1, 3, 224, 192] : [3, 3, 97, 71]);
  });
}

test.run();
