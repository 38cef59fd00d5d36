/**
 * Which operands of a step may be f16: the twin of native/plan/half.inc (held by test/plan/steps-twin.test.ts).
 *
 * One character per operand, inputs first: "." never, a digit may. Operands with one digit have one type, all f16 or all f32
 * (of those that are floats). Constants are f32 always; beside a constant operand of BESIDE_CONSTANTS the others may be f16.
 */
import type { StepKind } from "./steps.ts";

/** Kinds whose kernels convert a constant operand to the type of the others. */
export const BESIDE_CONSTANTS: ReadonlySet<StepKind> = new Set(["binary", "matmul"]);

export const HALF_OPERANDS: Readonly<Record<StepKind, string>> = {
  conv: "0..1...1",
  matmul: "00.1",
  pool: "00",
  reduce: "00",
  unary: "00",
  scaleShift: "0..0",
  binary: "000",
  where: ".000",
  copy: "00",
  fill: "0",
  cast: "01",
  resample: "0..0",
  gather: "0.0",
  softmax: "00",
  normalize: "0..0..",
  argReduce: "..",
  topK: "...",
  roiAlign: "0..0",
  nms: "....",
  anchors: "..",
  decodeBoxes: "...",
  clipBoxes: "...",
  multiLevelRoiAlign: "..000000000",
  classAwareNms: "......",
};
