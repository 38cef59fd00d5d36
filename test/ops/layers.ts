/**
 * A network layer by layer: each node is an operator case, on the values that reach it in the network. For precisions whose small
 * differences grow on their way through a network until its answers say nothing.
 */
import type { BackendInstance } from "../../src/backends/backend.ts";
import { elementCount, type Graph, isConstant, type TensorData, type Value } from "../../src/graph/graph.ts";
import { specOf } from "../../src/graph/spec.ts";
import type { Tolerance } from "../reference/compare.ts";
import type { Result } from "../reference/interpret.ts";
import type { Sketch } from "../support/build.ts";
import { makeCase, problemsOf } from "./check-case.ts";
import type { OpCase } from "./op-case.ts";

export interface LayerResults {
  /** Layers that ran. */
  readonly count: number;
  /** What is wrong, a sentence for each output and form. */
  readonly found: readonly string[];
}

/**
 * @param feeds of the network
 * @param tolerance of float32 values; all others must be equal
 */
export async function checkLayers(
  graph: Graph,
  feeds: Readonly<Record<string, TensorData>>,
  instance: BackendInstance,
  tolerance: Tolerance,
): Promise<LayerResults> {
  const known = new Map<Value, TensorData>(graph.inputs.map((value) => [value, feeds[value.name]!]));
  const found: string[] = [];
  for (const [i, node] of graph.nodes.entries()) {
    const made = makeCase(layer(node, known), i, instance.plans);
    const results = [...made.expected.values()];
    for (const [j, value] of node.outputs.entries()) known.set(value, allRows(value, results[j]!));
    const { "as written": plan } = made.plans; // it comes from the optimiser
    found.push(...(await problemsOf({ ...made, plans: { layer: plan! } }, instance, tolerance)));
  }
  return { count: graph.nodes.length, found };
}

function layer(node: Graph["nodes"][number], known: ReadonlyMap<Value, TensorData>): OpCase {
  const inputs: readonly (Value | null)[] = node.inputs;
  const computed = [...new Set(inputs)].filter((value) => value !== null && !isConstant(value)) as Value[];
  return {
    op: node.kind,
    title: node.name,
    feeds: computed.map((value) => ({ dims: value.dims, dtype: value.dtype, data: known.get(value)! })),
    build: ({ builder }: Sketch, operands) => {
      const operand = (value: Value): Value =>
        isConstant(value)
          ? builder.constant(value.name, value.constant!, value.dims, value.dtype)
          : operands[computed.indexOf(value)]!;
      const spec = { ...specOf(node), inputs: inputs.map((value) => value && operand(value)) };
      return builder.add(node.kind, spec as Parameters<typeof builder.add>[1], { name: node.name });
    },
  };
}

/** With the rows past those that count, as ClassAwareNmsNode in graph.ts has them. */
function allRows({ dtype, dims }: Value, { data }: Result): TensorData {
  const count = elementCount(dims);
  switch (dtype) {
    case "f32":
      return Float32Array.from({ length: count }, (_, i) => Number(data[i] ?? Number.NEGATIVE_INFINITY));
    case "i64":
      return BigInt64Array.from({ length: count }, (_, i) => BigInt(data[i] ?? 0));
    default:
      return data as Int32Array | Uint8Array;
  }
}
