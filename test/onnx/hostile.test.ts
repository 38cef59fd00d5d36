/** Damaged and made-up bytes: always a SpineXRError, never another exception, never long. */
import { SpineXRError } from "../../src/api/errors.ts";
import { describeInputs, importGraph, parseModel } from "../../src/onnx/import.ts";
import { readTensorProto } from "../../src/onnx/tensor-proto.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { assert, random, suite } from "../shim.ts";
import { floats, int64s, model, node } from "./models.ts";

const test = suite("onnx hostile");

const sample = writeModel(
  model({
    nodes: [
      node(
        "Conv",
        "x w b",
        "y",
        { pads: { ints: [1, 1, 1, 1] }, kernel_shape: { ints: [3, 3] } },
        { name: "conv" },
      ),
      node("Relu", "y", "z"),
      node("Shape", "z", "s"),
      node("Gather", "s zero", "n"),
      node("Unsqueeze", "n axes", "n1"),
      node("Concat", "n1 rest", "shape", { axis: { int: 0 } }),
      node("Reshape", "z shape", "flat"),
      node("Resize", "y - scales", "r", { mode: { string: "linear" } }),
      node("Constant", "", "c", { value: { tensor: floats("", [2], [1, 2]) } }),
      node("Pad", "r pads", "p"),
    ],
    inputs: { x: ["float", ["n", 2, 4, 4]] },
    initializers: [
      floats("w", [2, 2, 3, 3], new Array(36).fill(0.5)),
      floats("b", [2], [1, 2]),
      floats("scales", [4], [1, 1, 2, 2]),
      int64s("zero", [0], []),
      int64s("axes", [0]),
      int64s("rest", [-1]),
      int64s("pads", [0, 0, 1, 1, 0, 0, 1, 1]),
    ],
    outputs: ["flat", "p", "c"],
  }),
);

/** The code of the error that reading these bytes gives, "" if they import. */
function outcome(bytes: Uint8Array): string {
  try {
    const parsed = parseModel(bytes);
    const inputs = describeInputs(parsed).map(({ name, dims }) => [
      name,
      { dims: (dims ?? []).map((d) => (typeof d === "string" ? 1 : Math.min(d, 64))) },
    ]);
    importGraph(parsed, { inputs: Object.fromEntries(inputs) });
    return "";
  } catch (error) {
    if (error instanceof SpineXRError && error.code !== "INTERNAL") return error.code;
    throw error;
  }
}

test("the undamaged sample imports", () => assert.is(outcome(sample), ""));

test("every truncation is INVALID_ONNX or, cut between two fields, a smaller model", () => {
  for (let length = 0; length < sample.length; length++) {
    const code = outcome(sample.subarray(0, length));
    assert.ok(["INVALID_ONNX", "UNSUPPORTED_OPERATOR"].includes(code), `${length} bytes: ${code}`);
  }
});

test("damaged bytes give a typed error or a model", () => {
  const next = random(11);
  for (let round = 0; round < 6000; round++) {
    const bytes = sample.slice();
    const hits = 1 + Math.floor(next() * 4);
    for (let i = 0; i < hits; i++) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
    outcome(bytes);
  }
});

test("random bytes are INVALID_ONNX", () => {
  const next = random(13);
  for (let round = 0; round < 3000; round++) {
    const bytes = Uint8Array.from({ length: Math.floor(next() * 200) }, () => Math.floor(next() * 256));
    assert.is(outcome(bytes), "INVALID_ONNX");
    try {
      readTensorProto(bytes);
    } catch (error) {
      assert.is((error as SpineXRError).code, "INVALID_ONNX");
    }
  }
});

test("lengths and dims that promise more than there is are refused before anything is allocated", () => {
  const invalid = (bytes: number[]) =>
    assert.throws(
      () => readTensorProto(Uint8Array.from(bytes)),
      (error: SpineXRError) => error.code === "INVALID_ONNX",
    );
  const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]; // 2^56 - 1
  invalid([0x4a, ...huge]); // raw data
  invalid([0x08, ...huge, 0x10, 1]); // dims
  invalid([0x08, ...huge, 0x08, ...huge, 0x10, 1]);
  invalid([0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0x10, 1]); // -1
  invalid([0x4a, ...new Array(12).fill(0xff)]); // a number without end
});

test("nesting is not followed", () => {
  let bytes = Uint8Array.of();
  for (let depth = 0; depth < 3000; depth++) {
    // field 7 (graph), length as a 5-byte varint
    const { length } = bytes;
    const header = [
      0x3a,
      ...[0, 7, 14, 21].map((shift) => ((length >> shift) & 0x7f) | 0x80),
      (length >> 28) & 0x7f,
    ];
    bytes = Uint8Array.of(...header, ...bytes.slice(0, 20_000));
  }
  assert.is(outcome(bytes), "INVALID_ONNX");
});

test("shapes that ask for absurd memory are refused", () => {
  const x = { x: ["float", [1, 1, 4, 4]] as ["float", number[]] };
  const big = 2 ** 30;
  const cases = [
    model({ nodes: [node("ConstantOfShape", "s", "y")], initializers: [int64s("s", [big, big])] }),
    model({
      nodes: [node("Range", "a b c", "y")],
      initializers: [int64s("a", [0], []), int64s("b", [big * 64], []), int64s("c", [1], [])],
    }),
    model({ nodes: [node("Tile", "x r", "y")], inputs: x, initializers: [int64s("r", [big, big, 1, 1])] }),
    model({
      nodes: [node("Resize", "x - - s", "y")],
      inputs: x,
      initializers: [int64s("s", [1, 1, 4, big])],
    }),
    model({
      nodes: [node("Pad", "x p", "y")],
      inputs: x,
      initializers: [int64s("p", [0, 0, 0, big, 0, 0, 0, big])],
    }),
    model({ nodes: [node("Expand", "x s", "y")], inputs: x, initializers: [int64s("s", [big, 1, 4, 4])] }),
  ];
  for (const source of cases)
    assert.is(outcome(writeModel(source)), "LIMIT_EXCEEDED", source.graph.nodes[0]!.op);
});

test.run();
