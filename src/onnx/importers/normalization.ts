/** Batch, instance, group and layer normalisation, softmax and its relatives, Dropout (inference only). */
import { elementCount, type NodeKind, type Value } from "../../graph/graph.ts";
import type { AddSpec } from "../../graph/spec.ts";
import type { NodeContext } from "./context.ts";
import type { OperatorTable } from "./operator.ts";
import { unsupported } from "./refusal.ts";

/** ONNX's default of every epsilon here, as float32. */
const EPSILON = Math.fround(1e-5);

/** scale * (x - mean) / sqrt(variance + epsilon) + bias, per channel, as x * a + b. */
function importBatchNorm(c: NodeContext): Value[] {
  const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map((i) => c.input(i)) as [
    Value,
    Value,
    Value,
    Value,
    Value,
  ];
  if (c.int("training_mode", 0) !== 0) unsupported("training_mode");
  if (c.opset < 7 && c.int("is_test", 0) !== 1) unsupported("training mode (is_test = 0)");
  if (c.int("spatial", 1) !== 1) unsupported("statistics per element (spatial = 0)");
  if ([1, 2, 3, 4].some((i) => c.wants(i))) unsupported("outputs of training mode");
  const parameters = [scale, bias, mean, variance];
  if (x.dims.length < 2) c.mismatch(`it expects [N, C, ..], found [${x.dims}].`);
  for (const value of parameters) {
    if (value.dims.length !== 1 || value.dims[0] !== x.dims[1]) {
      c.mismatch(`"${value.name}" must be [${x.dims[1]}], found [${value.dims}].`);
    }
  }
  const epsilon = c.float("epsilon", EPSILON);
  const [factor, offset] = parameters.every((value) => value.constant instanceof Float32Array)
    ? constantFactors(c, parameters, epsilon)
    : computedFactors(c, parameters, epsilon);
  return c.emit("scaleShift", { inputs: [x, factor!, offset!] });
}

/** In double, rounded once. */
function constantFactors(c: NodeContext, parameters: readonly Value[], epsilon: number): Value[] {
  const [scale, bias, mean, variance] = parameters.map((value) => value.constant as Float32Array);
  const factor = new Float64Array(scale!.length);
  for (let i = 0; i < factor.length; i++) factor[i] = scale![i]! / Math.sqrt(variance![i]! + epsilon);
  const offset = new Float32Array(factor.length);
  for (let i = 0; i < factor.length; i++) offset[i] = bias![i]! - mean![i]! * factor[i]!;
  return [Float32Array.from(factor), offset].map((data) => c.constant(data, [data.length]));
}

function computedFactors(c: NodeContext, parameters: readonly Value[], epsilon: number): Value[] {
  const [scale, bias, mean, variance] = parameters as [Value, Value, Value, Value];
  const shifted = c.add("binary", { inputs: [variance, c.scalar(epsilon)], op: "add" });
  const deviation = c.add("unary", { inputs: [shifted], op: "sqrt" });
  const factor = c.add("binary", { inputs: [scale, deviation], op: "div" });
  const product = c.add("binary", { inputs: [mean, factor], op: "mul" });
  return [factor, c.add("binary", { inputs: [bias, product], op: "sub" })];
}

/** x [N, C, ..] normalised over each of `groups` groups of channels, then scale[c] and bias[c]. */
function groupNorm(c: NodeContext, groups: number, scale: Value, bias: Value): Value[] {
  const x = c.input(0);
  if (x.dims.length < 2) c.mismatch(`it expects [N, C, ..], found [${x.dims}].`);
  const [n, channels] = x.dims as [number, number];
  if (groups < 1 || channels % groups !== 0) c.mismatch(`${channels} channels do not form ${groups} groups.`);
  const rows = c.reshape(x, [n, groups, (channels / groups) * elementCount(x.dims.slice(2))]);
  const epsilon = c.float("epsilon", EPSILON);
  const y = c.add("normalize", { inputs: [rows, null, null], axis: 2, epsilon });
  return c.emit("scaleShift", { inputs: [c.reshape(y, x.dims), scale, bias] });
}

const importInstanceNorm = (c: NodeContext): Value[] => {
  const x = c.input(0);
  return groupNorm(c, x.dims[1] ?? 1, c.input(1), c.input(2));
};

/** Opset 18 has one scale and bias per group, opset 21 per channel. */
function importGroupNorm(c: NodeContext): Value[] {
  requireFloatStash(c);
  const groups = c.int("num_groups", null);
  if (groups === null) return c.mismatch("it needs the attribute num_groups.");
  const channels = c.input(0).dims[1] ?? 0;
  const perChannel = (value: Value): Value => {
    if (c.opset >= 21) return value;
    if (value.dims.length !== 1 || value.dims[0] !== groups || channels % groups !== 0) {
      c.mismatch(`"${value.name}" must be [${groups}], one per group, found [${value.dims}].`);
    }
    const column = c.reshape(value, [groups, 1]);
    const wide = c.add("expand", { inputs: [column], dims: [groups, channels / groups] });
    return c.reshape(wide, [channels]);
  };
  return groupNorm(c, groups, perChannel(c.input(1)), perChannel(c.input(2)));
}

function importLayerNorm(c: NodeContext): Value[] {
  requireFloatStash(c);
  const x = c.input(0);
  const axis = c.axis(c.int("axis", -1), x.dims.length);
  const outputCount = c.wants(1) || c.wants(2) ? 3 : 1;
  const epsilon = c.float("epsilon", EPSILON);
  return c.emit("normalize", { inputs: [x, c.input(1), c.optional(2)], axis, epsilon, outputCount });
}

function requireFloatStash(c: NodeContext): void {
  if (c.int("stash_type", 1) !== 1) unsupported("a stash_type other than float");
}

/**
 * The axis of a softmax. Before opset 13 the axes from `axis` (default 1) on are taken as one, so x becomes a matrix
 * of rows; the result gets its dims back from `emitAs`.
 */
function alongAxis(c: NodeContext): { rows: Value; axis: number } {
  const x = c.input(0);
  const rank = x.dims.length;
  if (c.opset >= 13) return { rows: x, axis: c.axis(c.int("axis", -1), rank) };
  const given = c.int("axis", 1);
  // axis = rank is allowed here: rows of one element.
  const axis = given === rank ? rank : c.axis(given, rank);
  if (axis === rank - 1) return { rows: x, axis };
  const dims = [elementCount(x.dims.slice(0, axis)), elementCount(x.dims.slice(axis))];
  return { rows: c.reshape(x, dims), axis: 1 };
}

/** The node's last graph node, reshaped to `dims` where it does not have them. */
function emitAs<K extends NodeKind>(
  c: NodeContext,
  x: Value,
  rows: Value,
  kind: K,
  spec: AddSpec<K>,
): Value[] {
  if (rows === x) return c.emit(kind, spec);
  return c.emit("reshape", { inputs: [c.add(kind, spec)], dims: x.dims });
}

const importSoftmax = (log: boolean) => (c: NodeContext) => {
  const { rows, axis } = alongAxis(c);
  return emitAs(c, c.input(0), rows, "softmax", { inputs: [rows], axis, log });
};

/** 1 at the first maximum along the axis, 0 elsewhere. */
function importHardmax(c: NodeContext): Value[] {
  const { rows, axis } = alongAxis(c);
  const at = c.add("argReduce", { inputs: [rows], op: "max", axis, keepDims: true, selectLast: false });
  const size = rows.dims[axis]!;
  c.checkMade(size);
  const positions = c.constant(
    BigInt64Array.from({ length: size }, (_, i) => BigInt(i)),
    rows.dims.map((_, i) => (i === axis ? size : 1)),
  );
  const hit = c.add("binary", { inputs: [at, positions], op: "equal" });
  return emitAs(c, c.input(0), rows, "cast", { inputs: [hit], dtype: "f32" });
}

/** Without training this is the identity and its mask is all true. */
function importDropout(c: NodeContext): Value[] {
  const x = c.input(0);
  if (c.opset < 7 && c.int("is_test", 0) !== 1) unsupported("training mode (is_test = 0)");
  if (c.opset >= 12 && (c.knownScalar(2) ?? 0) !== 0) unsupported("training_mode");
  if (!c.wants(1)) return [x];
  const dtype = c.opset < 10 ? x.dtype : "bool";
  const one = dtype === "f32" ? c.scalar(1) : c.constant(Uint8Array.of(1), [], "bool");
  return [x, ...c.emit("expand", { inputs: [one], dims: x.dims }, 1)];
}

export const NORMALIZATION: OperatorTable = {
  BatchNormalization: {
    since: 6,
    inputs: 5,
    attributes: ["epsilon", "is_test", "momentum", "spatial", "training_mode"],
    import: importBatchNorm,
  },
  Dropout: {
    since: 6,
    inputs: 3,
    known: [2],
    attributes: ["is_test", "ratio", "seed"],
    result: (node, types) => [types[0] ?? null, node.outputs.length > 1 ? "bool" : null],
    import: importDropout,
  },
  GroupNormalization: {
    since: 18,
    inputs: 3,
    attributes: ["epsilon", "num_groups", "stash_type"],
    import: importGroupNorm,
  },
  Hardmax: { inputs: 1, attributes: ["axis"], import: importHardmax },
  InstanceNormalization: {
    inputs: 3,
    attributes: ["consumed_inputs", "epsilon"],
    import: importInstanceNorm,
  },
  LayerNormalization: {
    since: 17,
    inputs: 3,
    attributes: ["axis", "epsilon", "stash_type"],
    import: importLayerNorm,
  },
  LogSoftmax: { inputs: 1, attributes: ["axis"], import: importSoftmax(true) },
  Softmax: { inputs: 1, attributes: ["axis"], import: importSoftmax(false) },
};
