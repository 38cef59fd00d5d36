/** One operator test as data: inputs with their ranges, a graph over them, a tolerance. */
import type { DType, TensorData, Value } from "../../src/graph/graph.ts";
import type { PlanOptions } from "../../src/plan/lower.ts";
import type { Tolerance } from "../reference/compare.ts";
import type { Sketch } from "../support/build.ts";

export interface Feed {
  readonly dims: readonly number[];
  /** Default f32. */
  readonly dtype?: DType;
  /** Values are in low .. high; default -1 .. 1, bool 0 .. 1; whole numbers where the type is. */
  readonly range?: readonly [low: number, high: number];
  /** These values, not random ones. */
  readonly data?: TensorData;
}

export interface OpCase {
  /** Row of the support table. */
  readonly op: string;
  readonly title: string;
  readonly feeds: readonly Feed[];
  /** How plans are made; the choice of algorithms, for instance. */
  readonly plan?: PlanOptions;
  readonly build: (sketch: Sketch, inputs: readonly Value[]) => Value[];
  /** Default: equal for whole numbers; a share of 2e-6 of the largest value for f32. */
  readonly tolerance?: Tolerance;
}

/** One input of these dims in -1 .. 1. */
export const plain = (...dims: number[]): Feed[] => [{ dims }];

/** Values for one input. */
export function fill({ dims, dtype = "f32", range, data }: Feed, next: () => number): TensorData {
  if (data !== undefined) return data;
  const length = dims.reduce((a, b) => a * b, 1);
  const [low, high] = range ?? [dtype === "f32" ? -1 : 0, 1];
  const real = () => low + (high - low) * next();
  const whole = () => low + Math.floor((high - low + 1) * next());
  switch (dtype) {
    case "f32":
      return Float32Array.from({ length }, real);
    case "i32":
      return Int32Array.from({ length }, whole);
    case "i64":
      return BigInt64Array.from({ length }, () => BigInt(whole()));
    case "u8":
    case "bool":
      return Uint8Array.from({ length }, whole);
  }
}
