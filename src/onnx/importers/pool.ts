/** Pooling over windows and over everything; local response normalisation, which is a pool over channels. */
import { elementCount, type PoolNode, type ReduceOp, type Value } from "../../graph/graph.ts";
import type { NodeContext } from "./context.ts";
import type { OperatorTable } from "./operator.ts";
import { unsupported } from "./refusal.ts";
import { as2d, emitLike, readWindow, WINDOW_ATTRIBUTES } from "./windows.ts";

const importPool = (mode: PoolNode["mode"]) => (c: NodeContext) => {
  const x = c.input(0);
  const spec = {
    ...readWindow(c, x, null),
    mode,
    countIncludePad: c.int("count_include_pad", 0) === 1,
    p: mode === "lp" ? norm(c) : 0,
    ceilMode: c.int("ceil_mode", 0) === 1,
  };
  if (c.int("storage_order", 0) !== 0) unsupported("column-major storage_order");
  if (x.dims.length === 4) return c.emit("pool", { inputs: [x], ...spec });
  return emitLike(c, x, c.add("pool", { inputs: [as2d(c, x)], ...spec }));
};

function norm(c: NodeContext): number {
  const p = c.int("p", 2);
  if (p < 1) c.mismatch(`p must be at least 1, found ${p}.`);
  return p;
}

const spatialAxes = (c: NodeContext, x: Value): number[] => {
  if (x.dims.length < 3) c.mismatch(`it expects [N, C, spatial..], found [${x.dims}].`);
  return x.dims.map((_, axis) => axis).slice(2);
};

const importGlobal = (op: ReduceOp) => (c: NodeContext) => {
  const x = c.input(0);
  return c.emit("reduce", { inputs: [x], op, axes: spatialAxes(c, x), keepDims: true });
};

/** (sum |x|^p)^(1/p) over the spatial axes. */
function importGlobalLp(c: NodeContext) {
  const x = c.input(0);
  const axes = spatialAxes(c, x);
  const p = norm(c);
  if (p <= 2) return c.emit("reduce", { inputs: [x], op: p === 1 ? "l1" : "l2", axes, keepDims: true });
  const magnitude = c.add("unary", { inputs: [x], op: "abs" });
  const powers = c.add("binary", { inputs: [magnitude, c.scalar(p)], op: "pow" });
  const sum = c.add("reduce", { inputs: [powers], op: "sum", axes, keepDims: true });
  return c.emit("binary", { inputs: [sum, c.scalar(1 / p)], op: "pow" });
}

/**
 * y = x / (bias + alpha / size * sum of x^2 over `size` neighbouring channels) ^ beta. With the channels laid along
 * H, sum / size is an average pool that counts its zero padding; the window has the smaller half in front.
 */
function importLrn(c: NodeContext) {
  const x = c.input(0);
  const size = c.int("size", null);
  if (size === null || size < 1) c.mismatch("it needs the attribute size, at least 1.");
  if (x.dims.length < 2) c.mismatch(`it expects [N, C, ..], found [${x.dims}].`);
  const [n, channels] = x.dims as [number, number];
  const before = Math.floor((size - 1) / 2);
  const square = c.add("binary", { inputs: [x, x], op: "mul" });
  const mean = c.add("pool", {
    inputs: [c.reshape(square, [n, 1, channels, elementCount(x.dims.slice(2))])],
    mode: "average",
    kernel: [size, 1],
    strides: [1, 1],
    pads: [before, 0, size - 1 - before, 0],
    dilations: [1, 1],
    countIncludePad: true,
    p: 0,
  });
  const alpha = c.scalar(c.float("alpha", Math.fround(1e-4)));
  const scaled = c.add("binary", { inputs: [c.reshape(mean, x.dims), alpha], op: "mul" });
  const base = c.add("binary", { inputs: [scaled, c.scalar(c.float("bias", 1))], op: "add" });
  const divisor = c.add("binary", { inputs: [base, c.scalar(c.float("beta", 0.75))], op: "pow" });
  return c.emit("binary", { inputs: [x, divisor], op: "div" });
}

export const POOLS: OperatorTable = {
  AveragePool: {
    inputs: 1,
    attributes: [...WINDOW_ATTRIBUTES, "ceil_mode", "count_include_pad"],
    import: importPool("average"),
  },
  GlobalAveragePool: { inputs: 1, import: importGlobal("mean") },
  GlobalLpPool: { since: 2, inputs: 1, attributes: ["p"], import: importGlobalLp },
  GlobalMaxPool: { inputs: 1, import: importGlobal("max") },
  LRN: { inputs: 1, attributes: ["alpha", "beta", "bias", "size"], import: importLrn },
  LpPool: {
    since: 2,
    inputs: 1,
    attributes: [...WINDOW_ATTRIBUTES, "ceil_mode", "p"],
    import: importPool("lp"),
  },
  MaxPool: {
    inputs: 1,
    attributes: [...WINDOW_ATTRIBUTES, "ceil_mode", "storage_order"],
    import: importPool("max"),
  },
};
