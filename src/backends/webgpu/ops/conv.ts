/** Convolution: a tiled product, or each channel by itself. */
import type { StepOf } from "../../../plan/steps.ts";
import {
  type Dispatch,
  memoryFor,
  need,
  type Operand,
  perElement,
  type StepContext,
  TYPES,
} from "../dispatch.ts";
import { gemmDispatch, packedB } from "./gemm.ts";

type Conv = StepOf<"conv">;

/** Whatever algorithm the plan names: there is one for a GPU. */
export function conv(step: Conv, context: StepContext): Dispatch[] {
  const [x, y] = [need(context, step, 0), need(context, step, 7)];
  const channels = x.dims[1]!;
  const { group } = step.fields;
  const weight = context.shape(step.inputs[1]!);
  if (group === channels && group === y.dims[1] && channels > 1 && weight.constant)
    return [depthwise(step, context, x, y)];
  return product(step, context, x, y);
}

function geometry({ fields: f }: Conv, x: Operand, y: Operand) {
  return {
    height: x.dims[2]!,
    width: x.dims[3]!,
    pixel_stride: x.pixelStride,
    input_height: pooledSize(x.dims[2]!, f.poolH, f.poolStrideH),
    input_width: pooledSize(x.dims[3]!, f.poolW, f.poolStrideW),
    out_height: y.dims[2]!,
    out_width: y.dims[3]!,
    kernel_width: f.kernelW,
    stride_h: f.strideH,
    stride_w: f.strideW,
    pad_top: f.padTop,
    pad_left: f.padLeft,
    dilation_h: f.dilationH,
    dilation_w: f.dilationW,
    pool_h: f.poolH,
    pool_w: f.poolW,
    pool_stride_h: f.poolStrideH,
    pool_stride_w: f.poolStrideW,
    alpha: f.alpha,
    beta: f.beta,
  };
}

const pooledSize = (size: number, pool: number, stride: number): number =>
  size < pool ? 0 : Math.floor((size - pool) / stride) + 1;

function operands({ inputs }: Conv, context: StepContext) {
  const [bias, residual, preScale, preShift, postScale] = inputs.slice(2).map((i) => context.operand(i));
  return {
    places: [bias, residual, preScale, preShift, postScale].map((operand) => operand?.at ?? 0),
    constants: {
      BIAS: bias != null,
      RESIDUAL: residual != null,
      PRE_SCALE: preScale != null,
      PRE_SHIFT: preShift != null,
      POST_SCALE: postScale != null,
    },
    params: {
      bias: bias?.at ?? 0,
      residual: residual?.at ?? 0,
      residual_stride: residual?.pixelStride ?? 0,
      pre_scale: preScale?.at ?? 0,
      pre_shift: preShift?.at ?? 0,
      post_scale: postScale?.at ?? 0,
    },
  };
}

function product(step: Conv, context: StepContext, x: Operand, y: Operand): Dispatch[] {
  const { fields: f } = step;
  const channels = x.dims[1]! / f.group;
  const outputs = y.dims[1]! / f.group;
  const taps = f.kernelH * f.kernelW;
  const k = taps * channels;
  const weight = context.shape(step.inputs[1]!);
  const weights = weight.constant
    ? packedB(
        step.inputs[1]!,
        `conv ${[f.group, outputs, channels, taps].join(" ")}`,
        { count: f.group, k, n: outputs },
        (group, depth, column) =>
          ((group * outputs + column) * channels + (depth % channels)) * taps + Math.floor(depth / channels),
      )
    : undefined;
  const own = operands(step, context);
  const before: Dispatch[] = [];
  let b = 0;
  if (weights === undefined) {
    b = context.scratch(f.group * k * outputs);
    before.push(unpackWeight(context.operand(step.inputs[1]!)!, b, [f.group, outputs, channels, taps]));
  }
  const pooled = f.poolH > 1 || f.poolW > 1 || f.poolStrideH > 1 || f.poolStrideW > 1;
  return [
    ...before,
    gemmDispatch({
      schedule: context.schedule,
      m: x.dims[0]! * y.dims[2]! * y.dims[3]!,
      n: outputs,
      k,
      taps,
      items: f.group,
      x,
      b: null,
      y,
      aQuads: channels % 4 === 0,
      yQuads: outputs % 4 === 0,
      aligned: [x.at, x.pixelStride, y.at, y.pixelStride, own.params.residual_stride, ...own.places],
      constants: {
        CONV: true,
        ...own.constants,
        PRE_RELU: f.preRelu !== 0,
        POOLED: pooled,
        ACTIVATION: f.activation,
      },
      params: {
        ...geometry(step, x, y),
        ...own.params,
        channels,
        y_item: outputs,
        y_stride: y.pixelStride,
        batch: [1, 1, 1, f.group],
        a_batch: [0, 0, 0, 0],
        b_batch: [0, 0, 0, weights === undefined ? k * outputs : 1],
        a_row: 0,
        a_depth: 0,
        b,
        b_depth: outputs,
        b_column: 1,
        scale: 1,
      },
      weights,
    }),
  ];
}

/** Weights that the network computes: [group, output, channel, tap] to [group, tap, channel, output]. */
function unpackWeight(
  weight: Operand,
  to: number,
  dims: readonly [number, number, number, number],
): Dispatch {
  const [group, outputs, channels, taps] = dims;
  return {
    kernel: "copy",
    memory: "words",
    constants: { X_TYPE: TYPES.f32, Y_TYPE: TYPES.f32, RANK: 4 },
    params: {
      count: weight.length,
      x: weight.at,
      y: to,
      dims: [group, taps, channels, outputs],
      x_stride: [outputs * channels * taps, 1, taps, channels * taps],
      y_stride: [taps * channels * outputs, channels * outputs, outputs, 1],
    },
    workgroups: perElement(weight.length),
  };
}

function depthwise(step: Conv, context: StepContext, x: Operand, y: Operand): Dispatch {
  const { fields: f } = step;
  const channels = x.dims[1]!;
  const taps = f.kernelH * f.kernelW;
  const own = operands(step, context);
  return {
    kernel: "depthwise",
    memory: memoryFor(y),
    constants: {
      X_TYPE: x.type,
      Y_TYPE: y.type,
      ...own.constants,
      PRE_RELU: f.preRelu !== 0,
      ACTIVATION: f.activation,
    },
    params: {
      ...geometry(step, x, y),
      ...own.params,
      count: y.length,
      channels,
      x: x.at,
      y: y.at,
      y_stride: y.pixelStride,
      kernel_height: f.kernelH,
    },
    workgroups: perElement(y.length),
    weights: {
      tensor: step.inputs[1]!,
      form: `depthwise ${channels} ${taps}`,
      floats: channels * taps,
      pack(raw, target) {
        for (let c = 0; c < channels; c++)
          for (let tap = 0; tap < taps; tap++) target[tap * channels + c] = raw[c * taps + tap]!;
      },
    },
  };
}
