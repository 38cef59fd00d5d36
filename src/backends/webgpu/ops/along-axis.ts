/** reduce, softmax, normalize, argReduce and topK: results over runs of elements. */
import { lanesFor, memoryFor, need, perElement, type StepCompiler } from "../dispatch.ts";

/** Workgroups of 64 invocations, `lanes` to a result. */
const groupsOf = (count: number, lanes: number): number => perElement(count * lanes);

export const reduce: StepCompiler<"reduce"> = (step, context) => {
  const [x, y] = [need(context, step, 0), need(context, step, 1)];
  const { op, outer, n, inner, outerStride, stride } = step.fields;
  const count = outer * inner;
  const lanes = lanesFor(count, n);
  return [
    {
      kernel: "reduce",
      memory: memoryFor(y),
      constants: { OP: op, X_TYPE: x.type, Y_TYPE: y.type, LANES: lanes },
      params: { count, n, inner, x: x.at, y: y.at, outer_stride: outerStride, stride },
      workgroups: groupsOf(count, lanes),
    },
  ];
};

export const softmax: StepCompiler<"softmax"> = (step, context) => {
  const [x, y] = [need(context, step, 0), need(context, step, 1)];
  const { outer, n, inner, log } = step.fields;
  const count = n === 0 ? 0 : outer * inner;
  const lanes = lanesFor(count, n);
  return [
    {
      kernel: "softmax",
      memory: memoryFor(y),
      constants: { X_TYPE: x.type, Y_TYPE: y.type, LOG: log !== 0, LANES: lanes },
      params: { count, n, inner, x: x.at, y: y.at },
      workgroups: groupsOf(count, lanes),
    },
  ];
};

export const normalize: StepCompiler<"normalize"> = (step, context) => {
  const [x, y] = [need(context, step, 0), need(context, step, 3)];
  const [scale, bias, mean, deviation] = [
    ...[step.inputs[1]!, step.inputs[2]!],
    ...[step.outputs[1]!, step.outputs[2]!],
  ].map((tensor) => context.operand(tensor));
  const { outer, n, epsilon } = step.fields;
  return [
    {
      kernel: "normalize",
      memory: memoryFor(y),
      constants: {
        X_TYPE: x.type,
        Y_TYPE: y.type,
        SCALE: scale !== null,
        BIAS: bias !== null,
        MEAN: mean !== null,
        DEVIATION: deviation !== null,
      },
      params: {
        outer,
        n,
        x: x.at,
        y: y.at,
        scale: scale?.at ?? 0,
        bias: bias?.at ?? 0,
        mean: mean?.at ?? 0,
        deviation: deviation?.at ?? 0,
        epsilon,
      },
      workgroups: outer,
    },
  ];
};

export const argReduce: StepCompiler<"argReduce"> = (step, context) => {
  const [x, y] = [need(context, step, 0), need(context, step, 1)];
  const { op, outer, n, inner, selectLast } = step.fields;
  const count = outer * inner;
  const lanes = lanesFor(count, n);
  return [
    {
      kernel: "arg_reduce",
      memory: "words",
      constants: { X_TYPE: x.type, MINIMUM: op === 1, LAST: selectLast !== 0, LANES: lanes },
      params: { count, n, inner, x: x.at, y: y.at },
      workgroups: groupsOf(count, lanes),
    },
  ];
};

export const topK: StepCompiler<"topK"> = (step, context) => {
  const [x, values, indices] = [0, 1, 2].map((place) => need(context, step, place));
  const { outer, n, inner, k, largest } = step.fields;
  const count = k === 0 ? 0 : outer * inner;
  const padded = 2 ** Math.ceil(Math.log2(Math.max(1, k)));
  return [
    {
      kernel: "top_k",
      memory: "words",
      constants: { LARGEST: largest !== 0 },
      params: {
        count,
        n,
        inner,
        k,
        padded,
        x: x.at,
        values: values.at,
        indices: indices.at,
        scratch: context.scratch(count * padded * 2),
      },
      workgroups: count,
    },
  ];
};
