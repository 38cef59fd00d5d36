import { SpineXRError } from "../../src/api/errors.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { describeInputs, importGraph, parseModel, type Signature } from "../../src/onnx/import.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { assert, suite } from "../shim.ts";
import { floats, int64s, model, node } from "./models.ts";

const test = suite("onnx import");

const parse = (source: OnnxModel): OnnxModel => parseModel(writeModel(source));
const graphOf = (source: OnnxModel, inputs: Signature["inputs"] = {}): Graph =>
  importGraph(parse(source), { inputs });
const kinds = (graph: Graph): string => graph.nodes.map((n) => n.kind).join(" ");

/** Runs and returns the SpineXRError, checking its code and that the message mentions everything listed. */
function refusal(run: () => unknown, code: string, ...mentions: string[]): void {
  try {
    run();
  } catch (error) {
    assert.instance(error, SpineXRError);
    const { code: found, message } = error as SpineXRError;
    assert.is(found, code, message);
    for (const text of mentions) assert.ok(message.includes(text), `"${message}" lacks "${text}"`);
    return;
  }
  assert.unreachable(`expected ${code}`);
}

test("parseModel lists everything unsupported at once", () => {
  const source = model({
    nodes: [
      node("QLinearConv", "x", "a", {}, { name: "first" }),
      node("QLinearConv", "a", "b"),
      node("Softmax", "b", "c", { temperature: { float: 1 } }),
      node("Magic", "c", "e", {}, { domain: "com.example" }),
      node("Add", "i i", "j"),
      node("Gather", "i half", "k"),
    ],
    inputs: { x: ["float", [1]], d: ["double", [1]] },
    initializers: [int64s("i", [1]), { name: "half", type: "float16", dims: [1], data: Uint16Array.of(0) }],
    outputs: ["a"],
  });
  refusal(
    () => parse(source),
    "UNSUPPORTED_OPERATOR",
    'QLinearConv (ai.onnx, opset 17) 2 times at "first": the operator is not implemented',
    'attribute "temperature"',
    "Magic (com.example)",
    'graph input 1 time at "d": element type double',
    "computes with float16",
  );
});

test("opsets outside an operator's range are refused", () => {
  const at = (opset: number, op: string) => () =>
    parse(model({ nodes: [node(op, "x x", "y")], inputs: { x: ["float", [1]] }, opset }));
  refusal(at(99, "Add"), "UNSUPPORTED_OPERATOR", "opset 99");
  refusal(at(4, "LayerNormalization"), "UNSUPPORTED_OPERATOR", "implemented for opsets 17");
});

test("reasons that appear only with shapes are listed together too", () => {
  const source = model({
    nodes: [
      node("Conv", "x w", "a"),
      node("Relu", "a", "b"),
      node("MaxPool", "x", "c", { kernel_shape: { ints: [1, 1, 1] } }),
    ],
    inputs: { x: ["float", [1, 1, 2, 2, 2]], w: ["float", [1, 1, 1, 1, 1]] },
    outputs: ["b", "c"],
  });
  const dims = { x: { dims: [1, 1, 2, 2, 2] }, w: { dims: [1, 1, 1, 1, 1] } };
  refusal(
    () => graphOf(source, dims),
    "UNSUPPORTED_OPERATOR",
    'Conv (ai.onnx, opset 17) 1 time at "a": 3 spatial axes',
    "MaxPool",
  );
});

test("arithmetic of other types at run time and shapes that depend on data are refused when the file is read", () => {
  const inputs = { x: ["float", [4]] as ["float", number[]] };
  for (const operator of ["Sum", "Sqrt"]) {
    const integers = [node("ArgMax", "x", "i"), node(operator, "i", "y")];
    refusal(
      () => parse(model({ nodes: integers, inputs })),
      "UNSUPPORTED_OPERATOR",
      "computes with int64 at run time",
    );
  }
  const shapes = [node("Cast", "x", "i", { to: { int: 7 } }), node("Reshape", "x i", "y")];
  refusal(
    () => parse(model({ nodes: shapes, inputs })),
    "UNSUPPORTED_OPERATOR",
    "must not depend on the network's data",
  );
});

test("files with broken structure are INVALID_ONNX", () => {
  const inputs = { x: ["float", [1]] as ["float", number[]] };
  const invalid = (nodes: ReturnType<typeof node>[], mention: string, outputs?: string[]) =>
    refusal(() => parse(model({ nodes, inputs, outputs })), "INVALID_ONNX", mention);
  invalid([node("Relu", "late", "y"), node("Relu", "x", "late")], "topological");
  invalid([node("Relu", "x", "y"), node("Relu", "x", "y")], "twice");
  invalid([node("Relu", "x", "y")], "not defined", ["nowhere"]);
  refusal(
    () => graphOf(model({ nodes: [node("Relu", "-", "y")], inputs }), { x: { dims: [1] } }),
    "INVALID_ONNX",
    "input 0",
  );
});

test("shape arithmetic on dims folds away", () => {
  const source = model({
    nodes: [
      node("Shape", "x", "s"),
      node("Gather", "s zero", "n"),
      node("Unsqueeze", "n axes", "n1"),
      node("Concat", "n1 rest", "shape", { axis: { int: 0 } }),
      node("Reshape", "x shape", "y"),
    ],
    inputs: { x: ["float", ["batch", 3, 4]] },
    initializers: [int64s("zero", [0], []), int64s("axes", [0]), int64s("rest", [-1])],
  });
  const graph = graphOf(source, { x: { dims: [5, 3, 4] } });
  assert.is(kinds(graph), "reshape");
  assert.equal(graph.outputs[0]!.dims, [5, 12]);
});

test("inputs are described; bound ones become constants", () => {
  const source = model({
    nodes: [node("Resize", "x - scales", "r"), node("Gather", "r index", "y"), node("Mul", "y factor", "z")],
    inputs: {
      x: ["float", ["n", 1, 2, 2]],
      scales: ["float", [4]],
      index: ["int64", [1]],
      factor: ["float", []],
    },
    initializers: [floats("factor", [], [2])],
  });
  const parsed = parse(source);
  assert.equal(describeInputs(parsed), [
    { name: "x", dtype: "f32", dims: ["n", 1, 2, 2], optional: false, bound: false },
    { name: "scales", dtype: "f32", dims: [4], optional: false, bound: true },
    { name: "index", dtype: "i64", dims: [1], optional: false, bound: true },
    { name: "factor", dtype: "f32", dims: [], optional: true, bound: false },
  ]);
  const inputs = {
    x: { dims: [1, 1, 2, 2] },
    scales: { dims: [4], value: Float32Array.of(1, 1, 2, 3) },
    index: { dims: [1], value: BigInt64Array.of(0n) },
  };
  const graph = importGraph(parsed, { inputs });
  assert.equal(graph.outputs[0]!.dims, [1, 1, 4, 6]);
  assert.equal(
    graph.inputs.map((value) => value.name),
    ["x"],
  );
  // A default may be replaced by a run-time input.
  const replaced = importGraph(parsed, { inputs: { ...inputs, factor: { dims: [] } } });
  assert.equal(
    replaced.inputs.map((value) => value.name),
    ["x", "factor"],
  );
  const { scales: _, ...missing } = inputs;
  refusal(() => importGraph(parsed, { inputs: missing }), "INVALID_ARGUMENT", "scales");
  refusal(
    () => importGraph(parsed, { inputs: { ...inputs, other: { dims: [] } } }),
    "INVALID_ARGUMENT",
    "other",
  );
  refusal(
    () => importGraph(parsed, { inputs: { ...inputs, x: { dims: [1, 2, 2, 2] } } }),
    "SHAPE_MISMATCH",
    '"x"',
  );
  const unbound = { ...inputs, scales: { dims: [4] } };
  refusal(
    () => importGraph(parsed, { inputs: unbound }),
    "UNSUPPORTED_OPERATOR",
    "must be known when the plan is made",
  );
});

test("outputs carry the network's names and are values of their own", () => {
  const source = model({
    nodes: [
      node("Identity", "x", "a"),
      node("Relu", "x", "b"),
      node("Identity", "b", "c"),
      node("Constant", "", "d", { value_float: { float: 3 } }),
    ],
    inputs: { x: ["float", [2]] },
    outputs: ["a", "b", "c", "d"],
  });
  const graph = graphOf(source, { x: { dims: [2] } });
  assert.equal(
    graph.outputs.map((value) => value.name),
    ["a", "b", "c", "d"],
  );
  assert.is(new Set(graph.outputs).size, 4);
  assert.is(graph.outputs[3]!.constant?.[0], 3);
});

test("a shape mismatch names the node", () => {
  const source = model({
    nodes: [node("MatMul", "x w", "y", {}, { name: "head" })],
    inputs: { x: ["float", ["n", 3]] },
    initializers: [floats("w", [4, 1], [1, 2, 3, 4])],
  });
  refusal(() => graphOf(source, { x: { dims: [1, 3] } }), "SHAPE_MISMATCH", "head");
});

test("constant statistics of a batch normalisation fold into factors; computed ones become nodes", () => {
  const parameters = ["scale", "bias", "mean", "variance"];
  const source = model({
    nodes: [node("BatchNormalization", "x scale bias mean variance", "y", { epsilon: { float: 0 } })],
    inputs: { x: ["float", ["n", 2, "h", "w"]] },
    initializers: parameters.map((name, i) => floats(name, [2], [i + 1, 4])),
  });
  const graph = graphOf(source, { x: { dims: [1, 2, 3, 3] } });
  assert.is(kinds(graph), "scaleShift");
  const [, factor, offset] = graph.nodes[0]!.inputs;
  // scale 1 and 4, bias 2 and 4, mean 3 and 4, variance 4 and 4
  assert.equal([...(factor!.constant as Float32Array)], [0.5, 2]);
  assert.equal([...(offset!.constant as Float32Array)], [0.5, -4]);
  const open = Object.fromEntries(parameters.map((name) => [name, { dims: [2] }]));
  const listed = {
    ...source,
    graph: {
      ...source.graph,
      inputs: [
        ...source.graph.inputs,
        ...parameters.map((name) => ({ name, type: "float" as const, dims: [2] })),
      ],
    },
  };
  assert.is(
    kinds(graphOf(listed, { x: { dims: [1, 2, 3, 3] }, ...open })),
    "binary unary binary binary binary scaleShift",
  );
});

test.run();
