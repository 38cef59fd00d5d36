/** Run-time counts: from classAwareNms to the outputs that are made of its rows, and no farther. */
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph, Value } from "../../src/graph/graph.ts";
import { optimize } from "../../src/optimize/pipeline.ts";
import { encodePlan } from "../../src/plan/encode.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import { interpret } from "../reference/interpret.ts";
import { assert, suite } from "../shim.ts";
import { execute } from "./execute.ts";

const test = suite("plan: counts");

const BOXES = [0, 0, 10, 10, 0, 1, 10, 10, 20, 20, 30, 30, 0, 0, 10, 9];
const SCORES = [0.5, 0.9, 0.1, 0.7];
const CLASSES = [1, 1, 1, 0];

/** Suppression of n boxes and what `grow` makes of its outputs. */
function graphOf(
  n: number,
  grow: (b: GraphBuilder, kept: Value, scores: Value, boxes: Value) => Value[],
): Graph {
  const b = new GraphBuilder();
  const boxes = b.input("boxes", "f32", [n, 4]);
  const scores = b.input("scores", "f32", [n]);
  const classes = b.input("classes", "i64", [n]);
  const [kept, keptScores] = b.add("classAwareNms", {
    inputs: [boxes, scores, classes],
    iouThreshold: 0.5,
    scoreThreshold: 0.2,
    maxKept: 100,
  });
  return b.finish("counted", grow(b, kept as Value, keptScores as Value, boxes));
}

const add = (b: GraphBuilder, ...[kind, spec]: Parameters<GraphBuilder["add"]>): Value =>
  b.add(kind, spec)[0] as Value;

/** Output elements as the plan's interpreter and the float64 reference give them, which must agree. */
function run(graph: Graph, n: number): { outputs: number[][]; counted: boolean[] } {
  const inputs = [BOXES.slice(0, 4 * n), SCORES.slice(0, n), CLASSES.slice(0, n)];
  const plan = buildPlan(graph);
  encodePlan(plan);
  const { outputs } = execute(plan, inputs);
  const names = ["boxes", "scores", "classes"];
  const expected = interpret(
    graph,
    Object.fromEntries(names.map((name, i) => [name, inputs[i] as number[]])),
  );
  graph.outputs.forEach(({ name }, i) => {
    const whole = Array.from(expected.get(name)!.data as ArrayLike<number>, Number);
    assert.equal((outputs[i] as number[]).map(Math.fround), whole.map(Math.fround));
  });
  assert.equal(execute(buildPlan(optimize(graph)), inputs).outputs, outputs);
  return { outputs, counted: plan.outputs.map((port) => port.countTensor >= 0) };
}

test("rows gathered by a counted index are counted; the count goes through casts and reshapes of rows", () => {
  const graph = graphOf(4, (b, kept, scores, boxes) => {
    const picked = add(b, "gather", { inputs: [boxes, kept], axis: 0 });
    const pairs = add(b, "reshape", { inputs: [picked], dims: [4, 2, 2] });
    const column = add(b, "reshape", { inputs: [kept], dims: [4, 1] });
    const real = add(b, "cast", { inputs: [column], dtype: "f32" });
    return [kept, scores, picked, pairs, real];
  });
  const { outputs, counted } = run(graph, 4);
  assert.equal(counted, [true, true, true, true, true]);
  const corners = [0, 1, 10, 10, 0, 0, 10, 9];
  assert.equal(outputs[0], [1, 3]);
  assert.equal(outputs[1], [0.9, 0.7].map(Math.fround));
  assert.equal(outputs.slice(2), [corners, corners, [1, 3]]);
  const plan = buildPlan(graph);
  assert.is(new Set(plan.outputs.map((port) => port.countTensor)).size, 1, "one count serves all");
});

test("what is not made of counted rows has all its rows, and those past the count are row 0 and -infinity", () => {
  const graph = graphOf(4, (b, kept, scores, boxes) => {
    const picked = add(b, "gather", { inputs: [boxes, kept], axis: 0 });
    const flat = add(b, "reshape", { inputs: [picked], dims: [16] });
    const columns = add(b, "gather", {
      inputs: [picked, b.constant("c", Int32Array.of(2, 0), [2])],
      axis: 1,
    });
    const same = add(b, "unary", { inputs: [scores], op: "abs" });
    return [flat, columns, same];
  });
  const { outputs, counted } = run(graph, 4);
  assert.equal(counted, [false, false, false]);
  assert.equal(outputs[0]?.slice(8), [0, 0, 10, 10, 0, 0, 10, 10]);
  assert.equal(outputs[1], [10, 0, 10, 0, 10, 0, 10, 0]);
  assert.equal(outputs[2]?.slice(2), [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

test("no boxes: counts of 0, also on outputs without elements", () => {
  const graph = graphOf(0, (b, kept, scores, boxes) => [
    kept,
    scores,
    add(b, "gather", { inputs: [boxes, kept], axis: 0 }),
  ]);
  const { outputs, counted } = run(graph, 0);
  assert.equal(outputs, [[], [], []]);
  assert.equal(counted, [true, true, true]);
});

test.run();
