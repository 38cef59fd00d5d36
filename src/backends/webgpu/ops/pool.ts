import { memoryFor, need, perElement, type StepCompiler } from "../dispatch.ts";

export const pool: StepCompiler<"pool"> = (step, context) => {
  const [x, y] = [need(context, step, 0), need(context, step, 1)];
  const f = step.fields;
  return [
    {
      kernel: "pool",
      memory: memoryFor(y),
      constants: { X_TYPE: x.type, Y_TYPE: y.type, MODE: f.mode, COUNT_PAD: f.countIncludePad !== 0 },
      params: {
        count: y.length,
        channels: y.dims[1]!,
        x: x.at,
        y: y.at,
        x_stride: x.pixelStride,
        y_stride: y.pixelStride,
        height: x.dims[2]!,
        width: x.dims[3]!,
        out_height: y.dims[2]!,
        out_width: y.dims[3]!,
        kernel_h: f.kernelH,
        kernel_w: f.kernelW,
        stride_h: f.strideH,
        stride_w: f.strideW,
        pad_top: f.padTop,
        pad_left: f.padLeft,
        pad_bottom: f.padBottom,
        pad_right: f.padRight,
        dilation_h: f.dilationH,
        dilation_w: f.dilationW,
        power: f.p,
      },
      workgroups: perElement(y.length),
    },
  ];
};
