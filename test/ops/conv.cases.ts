/** Convolutions: direct, depthwise, grouped, 1 x 1, Winograd sizes, fused prologues and epilogues, transposed. */
import type { Activation } from "../../src/graph/graph.ts";
import type { AddSpec } from "../../src/graph/spec.ts";
import type { ConvAlgorithm } from "../../src/plan/conv-algorithm.ts";
import { type OpCase, plain } from "./op-case.ts";

type Spec = Partial<Omit<AddSpec<"conv">, "inputs">> & {
  readonly x: [number, number, number, number];
  readonly out: number;
  readonly bias?: boolean;
  readonly residual?: boolean;
  readonly scaled?: boolean;
  /** Instead of the one of the least cost. */
  readonly algorithm?: ConvAlgorithm;
};

const RELU: Activation = { op: "relu", alpha: 0, beta: 0 };

const SPECS: Readonly<Record<string, Spec>> = {
  "1x1 of one pixel": { x: [1, 1, 1, 1], out: 1 },
  "1x1, primes": { x: [3, 17, 7, 5], out: 13, bias: true },
  "1x1, stride 2": { x: [1, 16, 9, 11], out: 24, strides: [2, 2] },
  "1x1, wide": { x: [1, 130, 5, 7], out: 67, bias: true, activation: RELU },
  "1x1, padded": { x: [1, 5, 3, 4], out: 6, pads: [1, 2, 0, 1], bias: true },
  "3x3, same": { x: [1, 8, 13, 11], out: 16, kernel: [3, 3], pads: [1, 1, 1, 1] },
  "3x3, batch 3, tails": { x: [3, 19, 7, 9], out: 37, kernel: [3, 3], pads: [1, 1, 1, 1], bias: true },
  "3x3, map smaller than kernel": { x: [1, 3, 1, 2], out: 5, kernel: [3, 3], pads: [1, 1, 1, 1] },
  "3x3, Winograd, tails": { x: [2, 37, 13, 18], out: 41, kernel: [3, 3], pads: [1, 1, 1, 1], bias: true },
  "3x3, Winograd, several blocks": { x: [1, 32, 37, 45], out: 64, kernel: [3, 3], pads: [1, 1, 1, 1] },
  "3x3, Winograd, uneven pads": { x: [1, 16, 9, 14], out: 70, kernel: [3, 3], pads: [0, 2, 1, 0] },
  "3x3, Winograd, one pixel": { x: [1, 20, 1, 1], out: 33, kernel: [3, 3], pads: [1, 1, 1, 1] },
  "3x3, Winograd, all of prologue and epilogue": {
    x: [2, 24, 10, 7],
    out: 35,
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    bias: true,
    residual: true,
    scaled: true,
    preRelu: true,
    activation: { op: "silu", alpha: 0, beta: 0 },
  },
  "Strassen, one number": { x: [1, 1, 1, 1], out: 1, algorithm: "strassen" },
  "Strassen, one channel in, three rows": { x: [2, 1, 1, 3], out: 70, bias: true, algorithm: "strassen" },
  "Strassen, odd depth, rows and columns": {
    x: [2, 131, 15, 13],
    out: 189,
    bias: true,
    algorithm: "strassen",
  },
  "Strassen, whole tiles": { x: [1, 256, 28, 28], out: 128, algorithm: "strassen" },
  "Strassen, the greatest depth": { x: [1, 2048, 3, 5], out: 40, algorithm: "strassen" },
  "Strassen, all of prologue and epilogue": {
    x: [3, 97, 17, 11],
    out: 163,
    bias: true,
    residual: true,
    scaled: true,
    preRelu: true,
    activation: { op: "silu", alpha: 0, beta: 0 },
    algorithm: "strassen",
  },
  "Strassen, 3x3, stride 2": {
    x: [1, 41, 31, 29],
    out: 97,
    kernel: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    activation: RELU,
    algorithm: "strassen",
  },
  "Strassen, pooled input": {
    x: [1, 19, 19, 21],
    out: 44,
    scaled: true,
    preRelu: true,
    prePool: { kernel: [2, 2], strides: [2, 2] },
    algorithm: "strassen",
  },
  "3x3, stride 2": { x: [2, 7, 14, 13], out: 9, kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  "3x3, dilation 2": { x: [1, 4, 11, 10], out: 8, kernel: [3, 3], dilations: [2, 2], pads: [2, 2, 2, 2] },
  "7x7, stride 2, 3 channels": {
    x: [1, 3, 29, 31],
    out: 17,
    kernel: [7, 7],
    strides: [2, 2],
    pads: [3, 3, 3, 3],
  },
  "1x5 and uneven pads": { x: [1, 6, 5, 12], out: 10, kernel: [1, 5], pads: [0, 1, 0, 3] },
  "5x3, uneven strides": { x: [1, 5, 17, 8], out: 3, kernel: [5, 3], strides: [3, 1], pads: [2, 0, 1, 2] },
  "depthwise 3x3": { x: [2, 29, 9, 7], out: 29, kernel: [3, 3], pads: [1, 1, 1, 1], group: 29, bias: true },
  "depthwise 5x5, stride 2": {
    x: [1, 16, 15, 13],
    out: 16,
    kernel: [5, 5],
    strides: [2, 2],
    pads: [2, 2, 2, 2],
    group: 16,
  },
  "depthwise, two per channel": { x: [1, 7, 8, 8], out: 14, kernel: [3, 3], group: 7 },
  "4 groups": { x: [1, 12, 7, 7], out: 20, kernel: [3, 3], pads: [1, 1, 1, 1], group: 4, bias: true },
  residual: {
    x: [2, 9, 6, 7],
    out: 13,
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    residual: true,
    activation: RELU,
    bias: true,
  },
  "residual of 1x1": { x: [1, 33, 5, 5], out: 18, residual: true },
  "scaled and rectified input": {
    x: [1, 11, 8, 9],
    out: 16,
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    scaled: true,
    preRelu: true,
  },
  "scaled input of 1x1": {
    x: [3, 23, 5, 7],
    out: 32,
    scaled: true,
    preRelu: true,
    bias: true,
    activation: RELU,
  },
  "pooled input": {
    x: [1, 19, 9, 11],
    out: 10,
    scaled: true,
    preRelu: true,
    prePool: { kernel: [2, 2], strides: [2, 2] },
  },
  swish: { x: [1, 6, 5, 5], out: 9, bias: true, activation: { op: "silu", alpha: 0, beta: 0 } },
  clip: { x: [1, 6, 5, 5], out: 9, kernel: [3, 3], activation: { op: "clip", alpha: -0.5, beta: 1 } },
  "leaky ReLU": { x: [1, 6, 5, 5], out: 9, activation: { op: "leakyRelu", alpha: 0.1, beta: 0 } },
};

const forward = Object.entries(SPECS).map(
  ([title, { x: dims, out, bias, residual, scaled, algorithm, ...spec }]): OpCase => {
    const kernel = spec.kernel ?? [1, 1];
    const full = {
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      group: 1,
      ...spec,
      kernel,
    } as const;
    return {
      op: "conv",
      title,
      feeds: plain(...dims),
      tolerance: { relative: 5e-6 },
      plan: algorithm && { chooseConv: () => algorithm },
      build: (s, [x]) => {
        const c = dims[1];
        const weight = s.constant([out, c / full.group, ...kernel]);
        const add = (extra: typeof x | null) =>
          s.builder.add("conv", {
            ...(full as unknown as AddSpec<"conv">),
            inputs: [
              x!,
              weight,
              bias ? s.constant([out]) : null,
              extra ?? null,
              scaled ? s.constant([c], 1.5) : null,
              scaled ? s.constant([c]) : null,
              scaled && bias ? s.constant([out], 1.5) : null,
            ],
          })[0]!;
        const y = add(null);
        return residual ? [add(y), y] : [y];
      },
    };
  },
);

type Transposed = {
  x: number[];
  out: number;
  kernel: [number, number];
  stride: [number, number];
  group?: number;
  pads?: [number, number, number, number];
  extra?: [number, number];
  dilation?: number;
};
const NO_PADS: [number, number, number, number] = [0, 0, 0, 0];
const TRANSPOSED: Readonly<Record<string, Transposed>> = {
  "2x2, stride 2": { x: [1, 9, 5, 7], out: 8, kernel: [2, 2], stride: [2, 2] },
  "3x3, stride 2, cropped, batch 3": {
    x: [3, 5, 4, 3],
    out: 7,
    kernel: [3, 3],
    stride: [2, 2],
    pads: [1, 1, 1, 1],
    extra: [1, 1],
  },
  "3x3, stride 1": { x: [1, 3, 6, 5], out: 2, kernel: [3, 3], stride: [1, 1] },
  "1x1 of one pixel": { x: [1, 1, 1, 1], out: 1, kernel: [1, 1], stride: [1, 1] },
  "2 groups, dilated": { x: [1, 4, 3, 5], out: 6, kernel: [3, 2], stride: [1, 3], group: 2, dilation: 2 },
  "stride above kernel": { x: [1, 2, 3, 3], out: 3, kernel: [2, 2], stride: [3, 3] },
};
const transposed = Object.entries(TRANSPOSED).map(
  ([
    title,
    { x: dims, out, kernel, stride, group = 1, pads = NO_PADS, extra = [0, 0], dilation = 1 },
  ]): OpCase => ({
    op: "convTranspose",
    title,
    feeds: plain(...dims),
    tolerance: { relative: 5e-6 },
    build: (s, [x]) => {
      const length = (i: 0 | 1) =>
        (dims[2 + i]! - 1) * stride[i] + (kernel[i] - 1) * dilation + 1 - pads[i]! - pads[2 + i]! + extra[i];
      return s.builder.add("convTranspose", {
        inputs: [x!, s.constant([dims[1]!, out / group, ...kernel]), s.constant([out])],
        kernel,
        strides: stride,
        pads,
        dilations: [dilation, dilation],
        group,
        outputSpatial: [length(0), length(1)],
      });
    },
  }),
);

export const CASES: readonly OpCase[] = [...forward, ...transposed];
