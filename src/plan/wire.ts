/** Numbers of the binary form that encode.ts and decode.ts share: the twin of native/plan/plan.h. */
import { STEPS, type StepKind } from "./steps.ts";

export const PLAN_MAGIC = 0x50585053;
export const MAX_RANK = 8;
export const HEADER_WORDS = 12;
export const TENSOR_WORDS = 16;
export const PORT_WORDS = 2;

/** The position in each list is the number in the file. */
export const CORE_DTYPES = ["f32", "i32", "u8", "f16"] as const;
export const LAYOUTS = ["plain", "nhwc"] as const;
export const STORAGES = ["arena", "constant", "shared"] as const;
export const STEP_KINDS = Object.keys(STEPS) as StepKind[];

export interface FieldShape {
  readonly name: string;
  readonly float: boolean;
  /** Number of words. */
  readonly count: number;
  readonly array: boolean;
}

/** The fields of a step kind in binary order. */
export function fieldShapes(kind: StepKind): FieldShape[] {
  return Object.entries(STEPS[kind].fields as Record<string, string>).map(([name, type]) => {
    const array = type.startsWith("i[");
    return { name, float: type === "f", count: array ? Number(type.slice(2, -1)) : 1, array };
  });
}
