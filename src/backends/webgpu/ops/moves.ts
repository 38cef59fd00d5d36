/** binary, where, copy, gather and resample: one element of y from elements found by strides or indices. */
import { memoryFor, need, perElement, type StepCompiler } from "../dispatch.ts";
import { makeWalk } from "../walk.ts";

export const binary: StepCompiler<"binary"> = (step, context) => {
  const [a, b, y] = [0, 1, 2].map((place) => need(context, step, place));
  const { op, dims, aStride, bStride, yStride, activation, alpha, beta } = step.fields;
  const walk = makeWalk(dims, [aStride, bStride, yStride]);
  return [
    {
      kernel: "binary",
      memory: memoryFor(y),
      constants: {
        OP: op,
        A_TYPE: a.type,
        B_TYPE: b.type,
        Y_TYPE: y.type,
        ACTIVATION: activation,
        RANK: walk.rank,
      },
      params: {
        count: walk.count,
        a: a.at,
        b: b.at,
        y: y.at,
        dims: walk.dims,
        a_stride: walk.strides[0]!,
        b_stride: walk.strides[1]!,
        y_stride: walk.strides[2]!,
        alpha,
        beta,
      },
      workgroups: perElement(walk.count),
    },
  ];
};

export const where: StepCompiler<"where"> = (step, context) => {
  const [condition, a, b, y] = [0, 1, 2, 3].map((place) => need(context, step, place));
  const { dims, conditionStride, aStride, bStride } = step.fields;
  const walk = makeWalk(dims, [conditionStride, aStride, bStride]);
  return [
    {
      kernel: "where",
      memory: memoryFor(y),
      constants: { A_TYPE: a.type, B_TYPE: b.type, Y_TYPE: y.type, RANK: walk.rank },
      params: {
        count: walk.count,
        condition: condition.at,
        a: a.at,
        b: b.at,
        y: y.at,
        dims: walk.dims,
        condition_stride: walk.strides[0]!,
        a_stride: walk.strides[1]!,
        b_stride: walk.strides[2]!,
      },
      workgroups: perElement(walk.count),
    },
  ];
};

export const copy: StepCompiler<"copy"> = (step, context) => {
  const [x, y] = [need(context, step, 0), need(context, step, 1)];
  const { dims, xStride, yStride, xOffset, yOffset } = step.fields;
  const walk = makeWalk(dims, [xStride, yStride]);
  return [
    {
      kernel: "copy",
      memory: memoryFor(y),
      constants: { X_TYPE: x.type, Y_TYPE: y.type, RANK: walk.rank },
      params: {
        count: walk.count,
        x: x.at + xOffset,
        y: y.at + yOffset,
        dims: walk.dims,
        x_stride: walk.strides[0]!,
        y_stride: walk.strides[1]!,
      },
      workgroups: perElement(walk.count),
    },
  ];
};

export const gather: StepCompiler<"gather"> = (step, context) => {
  const [x, indices, y] = [0, 1, 2].map((place) => need(context, step, place));
  const { outer, n, count, inner } = step.fields;
  const total = outer * count * inner;
  return [
    {
      kernel: "gather",
      memory: memoryFor(y),
      constants: { X_TYPE: x.type, Y_TYPE: y.type },
      params: {
        total,
        n,
        count,
        inner,
        x: x.at,
        y: y.at,
        indices: indices.at,
        error: context.error,
        step: context.mark,
      },
      workgroups: perElement(total),
    },
  ];
};

export const resample: StepCompiler<"resample"> = (step, context) => {
  const [x, indices, weights, y] = [0, 1, 2, 3].map((place) => need(context, step, place));
  const { outer, n, count, inner, taps } = step.fields;
  const total = outer * count * inner;
  return [
    {
      kernel: "resample",
      memory: memoryFor(y),
      constants: { X_TYPE: x.type, Y_TYPE: y.type },
      params: {
        total,
        n,
        count,
        inner,
        taps,
        x: x.at,
        y: y.at,
        indices: indices.at,
        weights: weights.at,
        error: context.error,
        step: context.mark,
      },
      workgroups: perElement(total),
    },
  ];
};
