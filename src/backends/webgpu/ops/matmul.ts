import { need, type StepCompiler } from "../dispatch.ts";
import { gemmDispatch, NO_CONV, packedB } from "./gemm.ts";

export const matmul: StepCompiler<"matmul"> = (step, context) => {
  const { m, n, k, transA, transB, batch, aBatchStride, bBatchStride, scale, activation, alpha, beta } =
    step.fields;
  const a = need(context, step, 0);
  const shapeB = context.shape(step.inputs[1]!);
  const bias = context.operand(step.inputs[2]!);
  const y = need(context, step, 3);
  const [bDepth, bColumn] = transB !== 0 ? [1, k] : [n, 1];
  // A constant B is packed once per distinct matrix, which are numbered by the dims that B has.
  const own = batch.map((dim, d) => (bBatchStride[d] === 0 ? 1 : dim));
  const numbers = own.map((dim, d) => (dim === 1 ? 0 : own.slice(d + 1).reduce((x, z) => x * z, 1)));
  const count = own.reduce((x, z) => x * z, 1);
  const start = (item: number): number => {
    let [rest, offset] = [item, 0];
    for (let d = own.length - 1; d >= 0; d--) {
      offset += (rest % own[d]!) * bBatchStride[d]!;
      rest = Math.floor(rest / own[d]!);
    }
    return offset;
  };
  const weights = shapeB.constant
    ? packedB(
        step.inputs[1]!,
        `matmul ${[k, n, transB, ...own, ...bBatchStride].join(" ")}`,
        { count, k, n },
        (item, depth, column) => start(item) + depth * bDepth! + column * bColumn!,
      )
    : undefined;
  const b = weights === undefined ? need(context, step, 1) : null;
  return [
    gemmDispatch({
      schedule: context.schedule,
      m,
      n,
      k,
      taps: 1,
      items: batch.reduce((x, z) => x * z, 1),
      x: a,
      b,
      y,
      aQuads: transA === 0 && k % 4 === 0,
      yQuads: n % 4 === 0,
      aligned: [a.at, ...aBatchStride, y.at, bias?.at ?? 0],
      constants: {
        CONV: false,
        PRE_SCALE: false,
        PRE_SHIFT: false,
        PRE_RELU: false,
        POOLED: false,
        POST_SCALE: false,
        BIAS: bias !== null,
        RESIDUAL: false,
        ACTIVATION: activation,
      },
      params: {
        ...NO_CONV,
        y_item: m * n,
        y_stride: n,
        batch,
        a_batch: aBatchStride,
        b_batch: b === null ? numbers : bBatchStride,
        bias: bias?.at ?? 0,
        a_row: transA !== 0 ? 1 : k,
        a_depth: transA !== 0 ? m : 1,
        b: b?.at ?? 0,
        b_depth: bDepth!,
        b_column: bColumn!,
        scale,
        alpha,
        beta,
      },
      weights,
    }),
  ];
};
