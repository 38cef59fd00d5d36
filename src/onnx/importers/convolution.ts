/** Conv and ConvTranspose, 1-D and 2-D. */
import type { Value } from "../../graph/graph.ts";
import type { NodeContext } from "./context.ts";
import type { OperatorTable } from "./operator.ts";
import {
  as2d,
  autoPad,
  emitLike,
  explicitPads,
  readWindow,
  spatialRank,
  WINDOW_ATTRIBUTES,
} from "./windows.ts";

function operands(c: NodeContext): { x: Value; weight: Value; bias: Value | null } {
  const x = c.input(0);
  const weight = c.input(1);
  if (weight.dims.length !== x.dims.length) {
    c.mismatch(`the weight [${weight.dims}] must have the rank of the input [${x.dims}].`);
  }
  return { x, weight, bias: c.optional(2) };
}

function importConv(c: NodeContext): Value[] {
  const { x, weight, bias } = operands(c);
  const spec = { ...readWindow(c, x, weight), group: c.int("group", 1) };
  if (x.dims.length === 4) return c.emit("conv", { inputs: [x, weight, bias], ...spec });
  return emitLike(c, x, c.add("conv", { inputs: [as2d(c, x), as2d(c, weight), bias], ...spec }));
}

/**
 * Per axis: extent = stride (size - 1) + output_padding + (kernel - 1) dilation + 1; without padding the output
 * has that many elements. The pads then follow from `output_shape`, or from auto_pad SAME (output = size * stride), or
 * the output follows from `pads`. Odd pads: SAME_UPPER has the larger half at the end, everything else at the start.
 */
function importConvTranspose(c: NodeContext): Value[] {
  const { x, weight, bias } = operands(c);
  const rank = spatialRank(c, x);
  const mode = autoPad(c);
  const perAxis = (name: string): [number, number] | null => {
    const values = c.ints(name, null);
    if (values === null) return null;
    // ONNX allows output_shape to include N and C.
    const spatial = values.length === rank + 2 && name === "output_shape" ? values.slice(2) : values;
    if (spatial.length !== rank) c.mismatch(`${name} [${values}] must have ${rank} entries.`);
    return rank === 1 ? [name === "output_shape" ? 1 : 0, spatial[0]!] : [spatial[0]!, spatial[1]!];
  };
  const { kernel, strides, dilations } = readWindow(c, x, weight);
  const outputPadding = perAxis("output_padding") ?? [0, 0];
  const outputShape = perAxis("output_shape");
  const pads =
    mode === "NOTSET" && outputShape === null ? explicitPads(c, rank) : ([0, 0, 0, 0] as const).slice();
  const size = rank === 1 ? [1, x.dims[2]!] : [x.dims[2]!, x.dims[3]!];
  const outputSpatial = size.map((length, i) => {
    const full = strides[i]! * (length - 1) + outputPadding[i]! + (kernel[i]! - 1) * dilations[i]! + 1;
    const same = mode === "SAME_UPPER" || mode === "SAME_LOWER";
    const wanted = outputShape?.[i] ?? (same ? length * strides[i]! : null);
    if (wanted === null) return full - pads[i]! - pads[i + 2]!;
    const total = Math.max(full - wanted, 0);
    const less = Math.floor(total / 2);
    pads[i] = mode === "SAME_UPPER" ? less : total - less;
    pads[i + 2] = total - pads[i]!;
    return wanted;
  }) as [number, number];
  const y = c.add("convTranspose", {
    inputs: [as2d(c, x), as2d(c, weight), bias],
    kernel,
    strides,
    dilations,
    pads: pads as [number, number, number, number],
    group: c.int("group", 1),
    outputSpatial,
  });
  return emitLike(c, x, y);
}

export const CONVOLUTION: OperatorTable = {
  Conv: { inputs: 3, attributes: [...WINDOW_ATTRIBUTES, "group"], import: importConv },
  ConvTranspose: {
    inputs: 3,
    attributes: [...WINDOW_ATTRIBUTES, "group", "output_padding", "output_shape"],
    import: importConvTranspose,
  },
};
