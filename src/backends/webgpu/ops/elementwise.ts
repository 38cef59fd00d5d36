/** unary, scaleShift, fill and cast. */
import { floatsToHalves } from "../../../bytes/half.ts";
import { type Dispatch, memoryFor, need, perElement, type StepCompiler, TYPES } from "../dispatch.ts";

export const unary: StepCompiler<"unary"> = (step, context) => {
  const [x, y] = [need(context, step, 0), need(context, step, 1)];
  const { op, rows, cols, xStride, yStride, alpha, beta } = step.fields;
  const count = rows * cols;
  return [
    {
      kernel: "unary",
      memory: memoryFor(y),
      constants: { OP: op, X_TYPE: x.type, Y_TYPE: y.type },
      params: { count, cols, x: x.at, y: y.at, x_stride: xStride, y_stride: yStride, alpha, beta },
      workgroups: perElement(count),
    },
  ];
};

export const scaleShift: StepCompiler<"scaleShift"> = (step, context) => {
  const [x, scale, shift, y] = [0, 1, 2, 3].map((place) => need(context, step, place));
  const { rows, cols, xStride, yStride, activation, alpha, beta } = step.fields;
  const count = rows * cols;
  return [
    {
      kernel: "scale_shift",
      memory: memoryFor(y),
      constants: { X_TYPE: x.type, Y_TYPE: y.type, ACTIVATION: activation },
      params: {
        count,
        cols,
        x: x.at,
        y: y.at,
        x_stride: xStride,
        y_stride: yStride,
        scale: scale.at,
        shift: shift.at,
        alpha,
        beta,
      },
      workgroups: perElement(count),
    },
  ];
};

export const cast: StepCompiler<"cast"> = (step, context) => {
  const [x, y] = [need(context, step, 0), need(context, step, 1)];
  const { count } = step.fields;
  return [
    {
      kernel: "cast",
      memory: memoryFor(y),
      constants: { X_TYPE: x.type, Y_TYPE: y.type },
      params: { count, x: x.at, y: y.at },
      workgroups: perElement(count),
    },
  ];
};

export const fill: StepCompiler<"fill"> = (step, context) => {
  const y = need(context, step, 0);
  const cols = y.layout === "nhwc" ? y.dims[1]! : y.length;
  return [
    {
      kernel: "fill",
      memory: memoryFor(y),
      constants: { Y_TYPE: y.type },
      params: {
        count: y.length,
        cols,
        y: y.at,
        y_stride: y.layout === "nhwc" ? y.pixelStride : cols,
        bits: fillBits(step.fields.value, y.type),
      },
      workgroups: perElement(y.length),
    },
  ] satisfies Dispatch[];
};

function fillBits(value: number, type: number): number {
  const words = new Uint32Array(1);
  if (type === TYPES.f32) new Float32Array(words.buffer)[0] = value;
  else if (type === TYPES.f16) words[0] = floatsToHalves(Float32Array.of(value))[0]!;
  else {
    const whole = Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), -(2 ** 31)), 2 ** 31 - 1);
    words[0] = type === TYPES.u8 ? whole & 0xff : whole;
  }
  return words[0]!;
}
