/**
 * What one states to make a node: its fields without name and outputs, plus, for the kinds whose outputs do not
 * follow from their fields, the missing part (the "target"). `specOf` gives it back from a finished node.
 */
import type { DType, Node, NodeKind, Value } from "./graph.ts";

export type NodeOf<K extends NodeKind> = Extract<Node, { kind: K }>;

interface Targets {
  /** The type to convert to. */
  cast: { dtype: DType };
  /** The dims of the output; a reshape's hold no -1 or 0 placeholders. */
  reshape: { dims: readonly number[] };
  expand: { dims: readonly number[] };
  slice: { dims: readonly number[] };
  /** Round the number of windows up (windows that would start in the trailing padding are dropped). Default false. */
  pool: { ceilMode?: boolean };
  /** 3 adds mean and inverse deviation. Default 1. */
  normalize: { outputCount?: 1 | 3 };
}
type Target<K> = K extends keyof Targets ? Targets[K] : unknown;

export type NodeSpec<K extends NodeKind = NodeKind> = K extends NodeKind
  ? Omit<NodeOf<K>, "name" | "outputs"> & Target<K>
  : never;

/** Fields with a neutral default in `GraphBuilder.add`: those of fusions and of parameterless unary functions. */
type Defaulted<K> = K extends "unary" ? "alpha" | "beta" : "activation" | "preRelu" | "prePool";
type OptionalPart<T, F> = Omit<T, F & keyof T> & Partial<Pick<T, F & keyof T>>;
type ConvInputs = {
  inputs:
    | NodeOf<"conv">["inputs"]
    | [x: Value, weight: Value]
    | [x: Value, weight: Value, bias: Value | null];
};
export type AddSpec<K extends NodeKind> = OptionalPart<
  Omit<NodeOf<K>, "kind" | "name" | "outputs" | (K extends "conv" ? "inputs" : never)>,
  Defaulted<K>
> &
  Target<K> &
  (K extends "conv" ? ConvInputs : unknown);

/** Completes the fields that `add` may leave out. */
export function completeSpec<K extends NodeKind>(kind: K, spec: AddSpec<K>): NodeSpec<K> {
  const given = { kind, ...spec } as unknown as Record<string, unknown> & { inputs: (Value | null)[] };
  switch (kind) {
    case "conv": {
      const inputs = [0, 1, 2, 3, 4, 5, 6].map((i) => given.inputs[i] ?? null);
      return { preRelu: false, prePool: null, activation: null, ...given, inputs } as unknown as NodeSpec<K>;
    }
    case "matmul":
    case "scaleShift":
    case "binary":
      return { activation: null, ...given } as unknown as NodeSpec<K>;
    case "unary":
      return { alpha: 0, beta: 0, ...given } as unknown as NodeSpec<K>;
    default:
      return given as unknown as NodeSpec<K>;
  }
}

/** The node of a spec: the target moves into the outputs. */
export function nodeFromSpec<K extends NodeKind>(
  spec: NodeSpec<K>,
  name: string,
  outputs: Value[],
): NodeOf<K> {
  const fields: Record<string, unknown> = { ...spec, name, outputs };
  if (spec.kind === "cast") delete fields.dtype;
  if (spec.kind === "reshape" || spec.kind === "expand" || spec.kind === "slice") delete fields.dims;
  if (spec.kind === "pool") delete fields.ceilMode;
  if (spec.kind === "normalize") delete fields.outputCount;
  return fields as unknown as NodeOf<K>;
}

/** The spec that made (or could have made) a node. A pool's `ceilMode` is left for the caller to try. */
export function specOf(node: Node): NodeSpec {
  const { name: _name, outputs, ...fields } = node;
  switch (fields.kind) {
    case "cast":
      return { ...fields, dtype: outputs[0]!.dtype };
    case "reshape":
    case "expand":
    case "slice":
      return { ...fields, dims: outputs[0]!.dims };
    case "normalize":
      return { ...fields, outputCount: outputs.length === 1 ? 1 : 3 };
    default:
      return fields;
  }
}
