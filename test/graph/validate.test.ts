import type { Graph, Value } from "../../src/graph/graph.ts";
import { validateGraph } from "../../src/graph/validate.ts";
import { assert, suite } from "../shim.ts";
import { Sketch } from "../support/build.ts";

const test = suite("graph validation");

function sample(): Graph {
  const s = new Sketch();
  const x = s.input("x", 1, 3, 5, 5);
  return s.finish(s.pool(s.relu(s.conv(x, 4), "r"), { ceilMode: true }, "p"));
}

test("accepts what the builder makes, pools rounded either way", () => {
  validateGraph(sample());
});

test("finds each broken invariant", () => {
  const broken = (words: RegExp, damage: (graph: Graph) => void): void => {
    const graph = sample();
    damage(graph);
    assert.throws(
      () => validateGraph(graph),
      (error: Error & { code?: string }) => error.code === "INTERNAL" && words.test(error.message),
    );
  };
  const replaceOutput = (graph: Graph, node: number, change: Partial<Value>): void => {
    const { outputs } = graph.nodes[node]!;
    outputs[0] = { ...outputs[0]!, ...change };
  };
  broken(/before it is produced/, (graph) => graph.nodes.reverse());
  broken(/before it is produced/, (graph) => graph.nodes.shift());
  broken(/more than one producer/, (graph) => graph.nodes.push(graph.nodes[2]!));
  broken(/which its inputs do not give/, (graph) => replaceOutput(graph, 2, { dims: [1, 4, 4, 3] }));
  broken(/which its inputs do not give/, (graph) => replaceOutput(graph, 1, { dtype: "i32" }));
  broken(/output list uses/, (graph) => graph.outputs.push({ id: 99, name: "n", dtype: "f32", dims: [] }));
  broken(/does not fill/, (graph) => {
    const inputs = graph.nodes[0]!.inputs as (Value | null)[];
    inputs[1] = { ...inputs[1]!, constant: new Float32Array(3) };
  });
  broken(/share the id/, (graph) => {
    const inputs = graph.nodes[0]!.inputs as (Value | null)[];
    inputs[2] = { id: inputs[1]!.id, name: "bias", dtype: "f32", dims: [4], constant: new Float32Array(4) };
  });
});

test.run();
