/** Packages with float16 weights: half as large, standard ONNX, close to what they were made from. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadNetwork } from "../../src/api/load-network.ts";
import { convertToPackage } from "../../src/convert/convert-to-package.ts";
import { halveWeights } from "../../src/convert/half-weights.ts";
import { readModelProto } from "../../src/onnx/model-proto.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { assert, random, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { runOnnxruntime } from "../support/onnxruntime.ts";
import { randomDenseNet, TINY } from "../support/random-densenet.ts";
import { writeCheckpoint } from "../support/torch-writer.ts";

const test = suite("float16 weights");
const work = mkdtempSync(join(tmpdir(), "spinexr-half-"));
test.after(() => rmSync(work, { recursive: true }));
const checkpoint = join(work, "net.pth");
writeFileSync(checkpoint, writeCheckpoint(randomDenseNet(TINY, random(31))));
const convert = (out: string, weights?: "float32" | "float16") =>
  convertToPackage({ checkpointPaths: [checkpoint], archs: ["densenet"], out: join(work, out), weights });

test("half the bytes, the same answer as onnxruntime, near the exact one", async () => {
  const [full, small] = [await convert("full"), await convert("small", "float16")];
  assert.match(small.manifest.provenance.notes!, /stored as float16/);
  const file = ({ directory }: { directory: string }) => join(directory, "densenet.onnx");
  const ratio = statSync(file(small)).size / statSync(file(full)).size;
  assert.ok(ratio < 0.65, `${ratio} of the bytes`);
  const dims = [3, 3, 61, 67];
  const next = random(32);
  const data = Float32Array.from({ length: 3 * 3 * 61 * 67 }, () => next() * 200 - 100);
  const expected = await runOnnxruntime(file(small), dims, data);
  await using half = await loadNetwork(file(small), { threads: 1 });
  await using exact = await loadNetwork(file(full), { threads: 1 });
  const logits = (await half.run({ image: { dims, data } })).logits!.data as Float32Array;
  const before = (await exact.run({ image: { dims, data } })).logits!.data as Float32Array;
  logits.forEach((logit, i) => {
    const scale = Math.max(1, Math.abs(before[i]!));
    assert.ok(Math.abs(logit - expected[i]!) < 1e-4 * scale, `${logit}, onnxruntime ${expected[i]}`);
    assert.ok(Math.abs(logit - before[i]!) < 2e-2 * scale, `${logit}, with float32 weights ${before[i]}`);
    assert.is.not(logit, before[i]);
  });
});

test("values beyond float16, vectors and integers stay as they are", () => {
  const tensor = (name: string, dims: number[], values: number[]) =>
    ({ name, type: "float", dims, data: Float32Array.from(values) }) as const;
  const initializers = [
    tensor("large", [2, 1], [1, 1e5]),
    tensor("vector", [2], [0.1, 0.2]),
    tensor("matrix", [1, 2], [0.1, -65504]),
    tensor("broken", [1, 2], [Number.NaN, 1]),
    { name: "counts", type: "int64", dims: [1, 1], data: BigInt64Array.of(3n) } as const,
  ];
  const graph = { name: "g", nodes: [], initializers, inputs: [], outputs: [] };
  const model = {
    irVersion: 8,
    producerName: "",
    producerVersion: "",
    opsets: { "": 17 },
    metadata: {},
    graph,
  };
  const made = readModelProto(writeModel(halveWeights(model)));
  assert.equal(
    made.graph.initializers.map(({ name, type }) => [name, type]),
    [
      ["large", "float"],
      ["vector", "float"],
      ["matrix.float16", "float16"],
      ["broken", "float"],
      ["counts", "int64"],
    ],
  );
  assert.equal(
    made.graph.nodes.map(({ op, inputs, outputs }) => [op, ...inputs, ...outputs]),
    [["Cast", "matrix.float16", "matrix"]],
  );
});

test("another storage is refused by name", async () => {
  await rejects(() => convert("other", "int8" as never), "INVALID_ARGUMENT", /float32.*float16/);
});

test.run();
