/**
 * convTranspose as a convolution of stride 1 over the input with zeros between its pixels: the kernel is turned
 * by 180 degrees and its channel axes are swapped (Dumoulin and Visin, "A guide to convolution arithmetic").
 */
import { type ConvTransposeNode, elementCount, isConstant, type Value } from "../../graph/graph.ts";
import type { Atom, DraftTensor, View } from "../draft.ts";
import { type Lowering, tensorSource, viewSource } from "../layout.ts";
import { viewOf } from "../view.ts";
import { activationFields, expectF32 } from "./common.ts";

export function lowerConvTranspose(lowering: Lowering, node: ConvTransposeNode): void {
  const [, weight, bias] = node.inputs;
  expectF32(node, ...node.inputs);
  // Padding of the equivalent convolution; where it is negative, leading rows are never stored.
  const reach = [0, 1].map((i) => (node.dilations[i]! * (node.kernel[i]! - 1) - node.pads[i]!) as number);
  const crop = reach.map((pad) => Math.max(0, -pad));
  const inputs = [
    spread(lowering, node, crop),
    turnedWeight(lowering, weight, node),
    bias && lowering.plain(bias),
    null,
    null,
    null,
    null,
  ];
  const y = lowering.define(node.outputs[0] as Value, "nhwc");
  lowering.draft.emit("conv", node.name, inputs, [y], () => ({
    kernelH: node.kernel[0],
    kernelW: node.kernel[1],
    strideH: 1,
    strideW: 1,
    padTop: Math.max(0, reach[0] as number),
    padLeft: Math.max(0, reach[1] as number),
    dilationH: node.dilations[0],
    dilationW: node.dilations[1],
    group: node.group,
    preRelu: 0,
    poolH: 1,
    poolW: 1,
    poolStrideH: 1,
    poolStrideW: 1,
    algorithm: 0,
    ...activationFields(null),
  }));
}

/** x with strides - 1 zeros between pixels, less the cropped rows and columns. */
function spread(lowering: Lowering, node: ConvTransposeNode, crop: readonly number[]): DraftTensor {
  const value = node.inputs[0];
  const [n, c, ...spatial] = value.dims as [number, number, number, number];
  if (node.strides.every((stride) => stride === 1) && crop.every((rows) => rows === 0)) {
    return lowering.nhwc(value);
  }
  const size = spatial.map((length, i) =>
    Math.max(1, (length - 1) * (node.strides[i] as number) + 1 - (crop[i] as number)),
  );
  const wide = lowering.fresh(`${node.name}:spread`, "f32", [n, c, ...size], "nhwc");
  lowering.draft.emit("fill", `${node.name}:zeros`, [], [wide], () => ({ value: 0 }));
  // The first kept row of x, and where it lands.
  const first = crop.map((rows, i) => Math.ceil(rows / (node.strides[i] as number)));
  const kept = spatial.map((length, i) => length - (first[i] as number));
  if (kept.some((length) => length <= 0)) return wide;
  const x = lowering.nhwc(value);
  const part = (tensor: DraftTensor, starts: number[], steps: readonly number[]): View => {
    const view = viewOf(tensor);
    const pixel = tensor.pixelStride;
    const strides = [(tensor.dims[3] as number) * pixel, pixel];
    const offset = starts.reduce((sum, start, i) => sum + start * (strides[i] as number), 0);
    const axes: Atom[][] = kept.map((length, i) => [
      { length, stride: (strides[i] as number) * (steps[i] as number) },
    ]);
    return { base: tensor, offset, axes: [...view.axes.slice(0, 2), ...axes] };
  };
  const landing = first.map((row, i) => row * (node.strides[i] as number) - (crop[i] as number));
  lowering.copy(
    `${node.name}:spread`,
    { base: x, view: () => part(x, first, [1, 1]) },
    { base: wide, view: () => part(wide, landing, node.strides) },
  );
  return wide;
}

/** [C, O / group, kh, kw] to [O, C / group, kh, kw], turned. Constant weights are turned now. */
function turnedWeight(lowering: Lowering, weight: Value, node: ConvTransposeNode): DraftTensor {
  const [channels, outputs, kh, kw] = weight.dims as [number, number, number, number];
  const { group } = node;
  const perGroup = channels / group;
  const dims = [outputs * group, perGroup, kh, kw];
  const name = `${weight.name}:turned`;
  const taps = kh * kw;
  const source = isConstant(weight) ? weight.constant : null;
  if (source instanceof Float32Array) {
    const turned = new Float32Array(elementCount(dims));
    for (let at = 0; at < turned.length; at++) {
      const tap = at % taps;
      const input = Math.floor(at / taps) % perGroup;
      const output = Math.floor(at / taps / perGroup);
      const channel = Math.floor(output / outputs) * perGroup + input;
      turned[at] = source[(channel * outputs + (output % outputs)) * taps + (taps - 1 - tap)] as number;
    }
    return lowering.constant(name, turned, dims);
  }
  const view: View = {
    base: lowering.plain(weight),
    offset: taps - 1,
    axes: [
      [
        { length: group, stride: perGroup * outputs * taps },
        { length: outputs, stride: taps },
      ],
      [{ length: perGroup, stride: outputs * taps }],
      [{ length: kh, stride: -kw }],
      [{ length: kw, stride: -1 }],
    ],
  };
  const tensor = lowering.fresh(name, "f32", dims);
  lowering.copy(name, viewSource(view), tensorSource(tensor));
  return tensor;
}
