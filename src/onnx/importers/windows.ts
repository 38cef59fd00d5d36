/** Sliding windows (convolution, pooling): attributes with their defaults, auto_pad, and 1-D as H = 1. */
import type { Value } from "../../graph/graph.ts";
import type { NodeContext } from "./context.ts";
import { unsupported } from "./refusal.ts";

export const WINDOW_ATTRIBUTES = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"];

export interface Window {
  kernel: [number, number];
  strides: [number, number];
  dilations: [number, number];
  /** top, left, bottom, right */
  pads: [number, number, number, number];
}

/** 1 or 2, the number of spatial axes of x [N, C, spatial..]; others are refused. */
export function spatialRank(c: NodeContext, x: Value): 1 | 2 {
  const rank = x.dims.length - 2;
  if (rank < 1) c.mismatch(`it expects [N, C, spatial..], found [${x.dims}].`);
  if (rank > 2) unsupported(`${rank} spatial axes`);
  return rank as 1 | 2;
}

/** [N, C, L] becomes [N, C, 1, L]; [N, C, H, W] stays. */
export const as2d = (c: NodeContext, x: Value): Value =>
  x.dims.length === 3 ? c.reshape(x, [x.dims[0]!, x.dims[1]!, 1, x.dims[2]!]) : x;

/** Emits the node's output: the 4-D value made by `make`, without H when the input had none. */
export function emitLike(c: NodeContext, x: Value, y: Value): Value[] {
  if (x.dims.length === 4) return [y];
  return c.emit("reshape", { inputs: [y], dims: [y.dims[0]!, y.dims[1]!, y.dims[3]!] });
}

/** Per-axis numbers, 1-D ones completed to [H = 1, W]. */
function pair(c: NodeContext, name: string, values: readonly number[] | null, rank: 1 | 2): [number, number] {
  if (values === null) return [1, 1];
  if (values.length !== rank || values.some((v) => !Number.isInteger(v) || v < 1)) {
    c.mismatch(`${name} [${values}] must be ${rank} positive integers.`);
  }
  return rank === 1 ? [1, values[0]!] : [values[0]!, values[1]!];
}

const MODES = ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"] as const;
export const autoPad = (c: NodeContext) => c.choice("auto_pad", MODES, "NOTSET");

/**
 * The attributes that describe the window. `weight` dims [.., .., spatial..] give the kernel where the attribute is
 * absent. With auto_pad SAME the output has ceil(size / stride) elements and the pads are what that takes; the odd one
 * goes to the end (SAME_UPPER) or to the start (SAME_LOWER).
 */
export function readWindow(c: NodeContext, x: Value, weight: Value | null): Window {
  const rank = spatialRank(c, x);
  const kernelShape = c.ints("kernel_shape", weight === null ? null : weight.dims.slice(2));
  if (kernelShape === null) c.mismatch("it needs the attribute kernel_shape.");
  const kernel = pair(c, "kernel_shape", kernelShape, rank);
  const strides = pair(c, "strides", c.ints("strides", null), rank);
  const dilations = pair(c, "dilations", c.ints("dilations", null), rank);
  return { kernel, strides, dilations, pads: readPads(c, x, rank, { kernel, strides, dilations }) };
}

function readPads(c: NodeContext, x: Value, rank: 1 | 2, window: Omit<Window, "pads">): Window["pads"] {
  const mode = autoPad(c);
  if (mode === "VALID") return [0, 0, 0, 0];
  if (mode === "NOTSET") return explicitPads(c, rank);
  const size = rank === 1 ? [1, x.dims[2]!] : [x.dims[2]!, x.dims[3]!];
  const [h, w] = size.map((length, i) => {
    const stride = window.strides[i]!;
    const extent = (window.kernel[i]! - 1) * window.dilations[i]! + 1;
    const total = Math.max((Math.ceil(length / stride) - 1) * stride + extent - length, 0);
    const less = Math.floor(total / 2);
    return mode === "SAME_UPPER" ? [less, total - less] : [total - less, less];
  });
  return [h![0]!, w![0]!, h![1]!, w![1]!];
}

/** The attribute `pads`: all starts, then all ends. */
export function explicitPads(c: NodeContext, rank: 1 | 2): Window["pads"] {
  const pads = c.ints("pads", null);
  if (pads === null) return [0, 0, 0, 0];
  if (pads.length !== 2 * rank || pads.some((p) => !Number.isInteger(p))) {
    c.mismatch(`pads [${pads}] must be ${2 * rank} integers.`);
  }
  if (pads.some((p) => p < 0)) unsupported("negative pads");
  return rank === 1 ? [0, pads[0]!, 0, pads[1]!] : (pads as Window["pads"]);
}
