/** Steps to dispatches: one compiler per kind. Kinds without one run on the host. */
import type { Step, StepKind } from "../../../plan/steps.ts";
import type { Dispatch, StepCompiler, StepContext } from "../dispatch.ts";
import { argReduce, normalize, reduce, softmax, topK } from "./along-axis.ts";
import { anchors, clipBoxes, decodeBoxes, multiLevelRoiAlign, roiAlign } from "./boxes.ts";
import { conv } from "./conv.ts";
import { cast, fill, scaleShift, unary } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { binary, copy, gather, resample, where } from "./moves.ts";
import { pool } from "./pool.ts";

const COMPILERS: { readonly [K in StepKind]: StepCompiler<K> | null } = {
  conv,
  matmul,
  pool,
  reduce,
  unary,
  scaleShift,
  binary,
  where,
  copy,
  fill,
  cast,
  resample,
  gather,
  softmax,
  normalize,
  argReduce,
  topK,
  roiAlign,
  anchors,
  decodeBoxes,
  clipBoxes,
  multiLevelRoiAlign,
  // One box after another: the shared core is faster.
  nms: null,
  classAwareNms: null,
};

export const runsOnHost = (kind: StepKind): boolean => COMPILERS[kind] === null;

/** Dispatches without work are left out. */
export function compileStep(step: Step, context: StepContext): Dispatch[] {
  const compile = COMPILERS[step.kind] as StepCompiler<StepKind>;
  return compile(step as never, context).filter(({ workgroups }) => workgroups > 0);
}
