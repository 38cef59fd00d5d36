/** The arena: nothing that is still needed is overwritten, and memory is reused. */
import { bytesOf } from "../../src/bytes/stored.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, Value } from "../../src/graph/graph.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import type { Plan, PlanTensor } from "../../src/plan/plan.ts";
import { assert, suite } from "../shim.ts";
import { execute } from "./execute.ts";
import { miniDenseNet, NetBuilder } from "./nets.ts";
import { randomCase } from "./random-nodes.ts";

const test = suite("plan: memory");

const span = (tensor: PlanTensor): [number, number] => {
  const bytes = tensor.dtype === "u8" ? 1 : 4;
  const count = tensor.dims.reduce((a, b) => a * b, 1);
  const pixels = tensor.layout === "nhwc" && count > 0 ? count / tensor.dims[1]! : 0;
  const extent = pixels > 0 ? (pixels - 1) * tensor.pixelStride + tensor.dims[1]! : count;
  return [tensor.offset, tensor.offset + extent * bytes];
};

const chain = (length: number): Graph => {
  const net = new NetBuilder();
  let x = net.builder.input("x", "f32", [1, 4, 8, 8]);
  for (let i = 0; i < length; i++) x = net.conv(x, 4, 3);
  return net.builder.finish("chain", [x]);
};

test("every read sees the writer that it sees when nothing shares memory (500 random graphs)", () => {
  for (let seed = 0; seed < 500; seed++) {
    const { graph, inputs } = randomCase(seed + 5000);
    const shared = execute(buildPlan(graph), inputs);
    const separate = execute(buildPlan(graph, { reuseMemory: false }), inputs);
    assert.equal(shared.trace, separate.trace, `seed ${seed + 5000}`);
    assert.equal(shared.outputs, separate.outputs, `seed ${seed + 5000}`);
  }
});

test("tensors lie in the arena, ports apart from each other", () => {
  for (let seed = 0; seed < 100; seed++) {
    const plan = buildPlan(randomCase(seed + 7000).graph);
    for (const tensor of plan.tensors) {
      assert.ok(span(tensor)[1] <= (tensor.storage === "arena" ? plan.arenaBytes : plan.constantBytes));
      assert.is(tensor.offset % 4, 0);
    }
    const ports = plan.inputs
      .map((port) => span(plan.tensors[port.tensor] as PlanTensor))
      .sort((a, b) => a[0] - b[0]);
    for (let i = 1; i < ports.length; i++) assert.ok(ports[i]![0] >= ports[i - 1]![1]);
  }
});

test("a chain needs two buffers however long it is", () => {
  assert.is(buildPlan(chain(20)).arenaBytes, 2 * 4 * 8 * 8 * 4);
  assert.is(buildPlan(chain(20), { reuseMemory: false }).arenaBytes, 23 * 4 * 8 * 8 * 4);
});

test("element-wise steps write over operands that die there", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [4, 4]);
  const [u] = b.add("unary", { inputs: [x], op: "exp" });
  const [v] = b.add("binary", { inputs: [u as Value, u as Value], op: "mul" });
  const [w] = b.add("unary", { inputs: [v as Value], op: "relu" });
  assert.is(buildPlan(b.finish("in place", [w as Value])).arenaBytes, 64);
});

test("x + transpose(x) does not overwrite what it still has to read", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [3, 3]);
  const [turned] = b.add("transpose", { inputs: [x], perm: [1, 0] });
  const [sum] = b.add("binary", { inputs: [x, turned as Value], op: "add" });
  const plan = buildPlan(b.finish("symmetric", [sum as Value]));
  const result = execute(plan, [[0, 1, 2, 3, 4, 5, 6, 7, 8]]).outputs[0];
  assert.equal(result, [0, 4, 8, 4, 8, 12, 8, 12, 16]);
  assert.is(plan.steps.length, 1);
});

test("constants are stored once, by reference", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [2, 3]);
  const data = new Float32Array([1, 2, 3]);
  const [c, d] = [b.constant("c", data, [3]), b.constant("d", data, [1, 3])];
  const [y] = b.add("binary", { inputs: [x, c], op: "add" });
  const [z] = b.add("binary", { inputs: [y as Value, d], op: "mul" });
  const plan = buildPlan(b.finish("constants", [z as Value]));
  assert.is(plan.constants.length, 1);
  assert.is(bytesOf(plan.constants[0]!.bytes).buffer, data.buffer);
  assert.equal(execute(plan, [[0, 0, 0, 1, 1, 1]]).outputs[0], [1, 4, 9, 2, 6, 12]);
});

test("DenseNet: arena within twice the largest pair of live maps", () => {
  const graph = miniDenseNet(false);
  const { arenaBytes } = buildPlan(graph);
  // The first conv's input and output live together: (3 + 8) * 16 * 16 floats; a block and its bottleneck are less.
  assert.ok(arenaBytes <= 2 * 11 * 256 * 4, String(arenaBytes));
});

test("outputs: an input, a constant, the same value twice, a reshape of another output", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [2, 2]);
  const c = b.constant("c", new Float32Array([7, 8]), [2]);
  const [y] = b.add("unary", { inputs: [x], op: "neg" });
  const [flat] = b.add("reshape", { inputs: [y as Value], dims: [4] });
  const [same] = b.add("reshape", { inputs: [x], dims: [4] });
  const outputs = [x, c, y, y, flat, same] as Value[];
  const plan: Plan = buildPlan(b.finish("ports", outputs));
  const inputTensors = plan.inputs.map((port) => port.tensor);
  assert.ok(plan.outputs.every((port) => !inputTensors.includes(port.tensor)));
  assert.ok(plan.outputs.every((port) => plan.tensors[port.tensor]?.storage === "arena"));
  const values = [1, 2, 3, 4];
  const negative = values.map((v) => -v);
  assert.equal(execute(plan, [values]).outputs, [values, [7, 8], negative, negative, negative, values]);
});

test("planning is deterministic", () => {
  for (let seed = 0; seed < 20; seed++) {
    const { graph } = randomCase(seed + 9000);
    assert.equal(buildPlan(graph), buildPlan(graph));
  }
});

test.run();
