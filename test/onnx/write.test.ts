import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OnnxModel, OnnxTensor } from "../../src/onnx/model.ts";
import { readModelProto } from "../../src/onnx/model-proto.ts";
import { readTensorProto } from "../../src/onnx/tensor-proto.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { assert, shared, suite } from "../shim.ts";
import { floats, int64s, model, node } from "./models.ts";

const test = suite("onnx write");

/** Plain data for comparison: typed arrays as name and list, records without regard to their prototype. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, v) => {
      if (typeof v === "bigint") return `${v}n`;
      if (ArrayBuffer.isView(v)) {
        return [
          v.constructor.name,
          ...Array.from(v as Float32Array, (x) => (Number.isFinite(x) ? x : `${x}`)),
        ];
      }
      return v;
    }),
  );

const everything: OnnxModel = {
  ...model({
    nodes: [
      node("Conv", "x w -", "y", { strides: { ints: [2, 2] }, auto_pad: { string: "SAME_UPPER" } }),
      node(
        "Made",
        "y",
        "z -",
        {
          int: { int: -1 },
          large: { int: 2n ** 63n - 1n },
          small: { ints: [-(2n ** 63n), -1, 0, 127, 128, 2 ** 53 - 1, 2n ** 53n] },
          empty: { ints: [] },
          float: { float: 0.1 },
          floats: { floats: [1.5, -0.25, Number.POSITIVE_INFINITY] },
          strings: { strings: ["", "é"] },
          tensor: { tensor: int64s("t", [1, -2, 3]) },
        },
        { domain: "ai.spinexr", name: "made" },
      ),
    ],
    inputs: { x: ["float", ["batch", 3, "", 224]], scalar: ["int64", []] },
    initializers: [
      floats("w", [1, 1, 1, 2], [1, 2]),
      floats("empty", [0, 3], []),
      { name: "half", type: "float16", dims: [3], data: Uint16Array.of(1, 2, 3) },
      { name: "flag", type: "bool", dims: [], data: Uint8Array.of(1) },
      { name: "double", type: "double", dims: [1], data: Float64Array.of(Math.PI) },
    ],
  }),
  opsets: { "": 17, "ai.spinexr": 1 },
  metadata: { source: "test", "": "empty key" },
};
const read = (source: OnnxModel): OnnxModel => readModelProto(writeModel(source));

test("what is written is read back", () => {
  const float = everything.graph.nodes[1]!.attributes.float as { float: number };
  const expected = plain(everything) as { graph: { nodes: { attributes: Record<string, unknown> }[] } };
  expected.graph.nodes[1]!.attributes.float = { float: Math.fround(float.float) };
  const { unreadInitializers, ...graph } = read(everything).graph;
  assert.equal(unreadInitializers, []);
  assert.equal(plain({ ...read(everything), graph }), expected);
});

test("equal models give equal bytes", () => {
  assert.equal(writeModel(everything), writeModel(read(everything)));
});

test("every element type survives, at any alignment", () => {
  const tensors: OnnxTensor[] = [
    { name: "i8", type: "int8", dims: [2], data: Int8Array.of(-128, 127) },
    { name: "i16", type: "int16", dims: [2], data: Int16Array.of(-32768, 32767) },
    { name: "u16", type: "uint16", dims: [1], data: Uint16Array.of(65535) },
    { name: "i32", type: "int32", dims: [1], data: Int32Array.of(-(2 ** 31)) },
    { name: "u32", type: "uint32", dims: [1], data: Uint32Array.of(2 ** 32 - 1) },
    { name: "u64", type: "uint64", dims: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
    { name: "u8", type: "uint8", dims: [1], data: Uint8Array.of(255) },
    { name: "b16", type: "bfloat16", dims: [1], data: Uint16Array.of(0x3f80) },
  ];
  for (let shift = 0; shift < 8; shift++) {
    const source = {
      ...everything,
      producerName: "x".repeat(shift + 1),
      graph: { ...everything.graph, initializers: tensors },
    };
    assert.equal(plain(read(source).graph.initializers), plain(tensors));
  }
});

test("a tensor whose dims contradict its data is not written", () => {
  const bad = model({ nodes: [node("Relu", "x", "y")], initializers: [floats("x", [3], [1, 2])] });
  assert.throws(
    () => writeModel(bad),
    (error: { code?: string }) => error.code === "INVALID_ONNX",
  );
});

test("typed fields of a TensorProto are read like raw data", () => {
  const header = [0x08, 2]; // dims: 2
  const unpacked = Uint8Array.of(...header, 0x10, 1, 0x25, 0, 0, 0x80, 0x3f, 0x25, 0, 0, 0, 0x40);
  const packed = Uint8Array.of(0x0a, 1, 2, 0x10, 1, 0x22, 8, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40);
  for (const bytes of [unpacked, packed]) assert.equal([...readTensorProto(bytes).data], [1, 2]);
  const negative = [0x3a, 11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 5];
  assert.equal([...readTensorProto(Uint8Array.of(...header, 0x10, 7, ...negative)).data], [-1n, 5n]);
});

test("the conformance models survive a round trip", () => {
  const root = shared("third_party/onnx-conformance");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".onnx"),
  );
  for (const file of files) {
    const source = readModelProto(readFileSync(join(root, file)));
    assert.equal(plain(read(source)), plain(source), file);
  }
});

test.run();
