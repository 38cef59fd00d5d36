/** Views: transposes, slices, reshapes and broadcasts that cost nothing, and when they cost one copy. */
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, Value } from "../../src/graph/graph.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import type { StepKind } from "../../src/plan/steps.ts";
import { assert, suite } from "../shim.ts";
import { execute } from "./execute.ts";
import { NetBuilder } from "./nets.ts";

const test = suite("plan: views");
const kinds = (graph: Graph): StepKind[] => buildPlan(graph).steps.map((step) => step.kind);
const counting = (count: number): Float32Array => Float32Array.from({ length: count }, (_, i) => i);

test("a chain of views is one copy, at the port", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [2, 3, 4]);
  const [turned] = b.add("transpose", { inputs: [x], perm: [2, 0, 1] });
  const [cut] = b.add("slice", {
    inputs: [turned as Value],
    starts: [3, 0, 1],
    steps: [-2, 1, 1],
    dims: [2, 2, 2],
  });
  const [wide] = b.add("reshape", { inputs: [cut as Value], dims: [2, 1, 4] });
  const [y] = b.add("expand", { inputs: [wide as Value], dims: [2, 2, 4] });
  const graph = b.finish("chain", [y as Value]);
  assert.equal(kinds(graph), ["copy"]);
  // x[i, j, k] = 12 i + 4 j + k; k runs 3, 1; j over 1, 2.
  const row = (k: number): number[] => [4 + k, 8 + k, 16 + k, 20 + k];
  assert.equal(execute(buildPlan(graph), [counting(24)]).outputs[0], [
    ...row(3),
    ...row(3),
    ...row(1),
    ...row(1),
  ]);
});

test("channel shuffle and depth to space between convolutions are one copy each", () => {
  const net = new NetBuilder();
  const x = net.builder.input("x", "f32", [1, 2, 3, 5]);
  const through = (value: Value, dims: number[], perm: number[], after: number[]): Value => {
    const [split] = net.builder.add("reshape", { inputs: [value], dims });
    const [turned] = net.builder.add("transpose", { inputs: [split as Value], perm });
    return net.builder.add("reshape", { inputs: [turned as Value], dims: after })[0] as Value;
  };
  const shuffled = through(net.conv(x, 12, 1), [1, 3, 4, 3, 5], [0, 2, 1, 3, 4], [1, 12, 3, 5]);
  const deep = net.conv(shuffled, 12, 3);
  const spaced = through(deep, [1, 2, 2, 3, 3, 5], [0, 3, 4, 1, 5, 2], [1, 3, 6, 10]);
  const graph = net.builder.finish("shuffle", [net.conv(spaced, 2, 3)]);
  assert.equal(kinds(graph), ["copy", "conv", "copy", "conv", "copy", "conv", "copy"]);
});

test("a transposed operand is read as transposed", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [2, 3]);
  const [turned] = b.add("transpose", { inputs: [x], perm: [1, 0] });
  const [y] = b.add("matmul", { inputs: [x, turned as Value, null], transA: false, transB: false, alpha: 1 });
  const graph = b.finish("gram", [y as Value]);
  assert.equal(kinds(graph), ["matmul"]);
  assert.equal(execute(buildPlan(graph), [counting(6)]).outputs[0], [5, 14, 14, 50]);
});

test("feature maps to [N, H, W, C] and back move nothing", () => {
  const net = new NetBuilder();
  const x = net.conv(net.builder.input("x", "f32", [2, 3, 4, 5]), 6, 3);
  const [last] = net.builder.add("transpose", { inputs: [x], perm: [0, 2, 3, 1] });
  const inputs: [Value, Value, null] = [last as Value, net.constant([6, 7]), null];
  const [mixed] = net.builder.add("matmul", { inputs, transA: false, transB: false, alpha: 1 });
  const [first] = net.builder.add("transpose", { inputs: [mixed as Value], perm: [0, 3, 1, 2] });
  const [pooled] = net.builder.add("reduce", {
    inputs: [net.conv(first as Value, 2, 1)],
    op: "mean",
    axes: [2, 3],
    keepDims: false,
  });
  const graph = net.builder.finish("mixer", [pooled as Value]);
  assert.equal(kinds(graph), ["copy", "conv", "matmul", "conv", "reduce"]);
});

test("more than eight axes after several reshapes are still right", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [2, 2, 2, 2, 2, 2, 2, 2]);
  let y: Value = x;
  for (let i = 0; i < 3; i++) {
    [y] = b.add("transpose", { inputs: [y], perm: [7, 3, 5, 1, 0, 2, 4, 6] }) as [Value];
    [y] = b.add("reshape", { inputs: [y], dims: [4, 2, 2, 2, 8] }) as [Value];
    [y] = b.add("transpose", { inputs: [y], perm: [4, 2, 0, 1, 3] }) as [Value];
    [y] = b.add("reshape", { inputs: [y], dims: [2, 2, 2, 2, 2, 2, 2, 2] }) as [Value];
  }
  const expected = counting(256);
  const graph = b.finish("folded", [y]);
  const result = execute(buildPlan(graph), [expected]).outputs[0] as number[];
  // A permutation of the bits of the index: every element once, 0 and 255 where they were.
  assert.equal(
    [...result].sort((p, q) => p - q),
    [...expected],
  );
  assert.is(result[0], 0);
  assert.is(result[255], 255);
});

test.run();
