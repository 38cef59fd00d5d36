/**
 * The Plan: everything an executor needs to know about a network, as plain data.
 *
 * Import, optimisation, layout and memory are decided once, in TypeScript; an executor only walks `steps`.
 * `encode.ts` writes the binary form that `native/plan/` reads; `native/plan/steps.inc` is the twin of
 * `steps.ts` and a test holds both together.
 */
import type { StoredFloats } from "../bytes/stored.ts";
import type { Step } from "./steps.ts";

export const PLAN_VERSION = 1;

/**
 * Element types of a plan. i64 lives in it as i32; bool as u8. f16 (IEEE 754 binary16) is a type of tensors in the arena only:
 * ports and constants are never f16, and half.ts says which operands of a step may be.
 */
export type CoreDType = "f32" | "i32" | "u8" | "f16";

/**
 * "plain": row-major in logical order, dense. "nhwc": rank 4, stored N, H, W, C; consecutive pixels lie
 * `pixelStride` elements apart (>= C; more than C when the tensor is a channel slice of a wider buffer: a concat in place).
 * A plain tensor has pixelStride 0.
 */
export type Layout = "plain" | "nhwc";

export interface PlanTensor {
  readonly name: string;
  readonly dtype: CoreDType;
  readonly layout: Layout;
  /** Logical dims in ONNX order, rank <= 8. */
  readonly dims: readonly number[];
  readonly pixelStride: number;
  /** "shared": a constant whose bytes the core has from another plan of the network, by `key`; not in `constants`. */
  readonly storage: "arena" | "constant" | "shared";
  /**
   * Byte offset in the arena or in `constants`, a multiple of the element size (of 64 for tensors that start a buffer);
   * 0 where shared.
   */
  readonly offset: number;
  /** What the plans of one network call this constant, from 1 on; absent: nothing. The planner leaves it to backends. */
  readonly key?: number;
}

export interface PlanPort {
  readonly name: string;
  /** Type and dims the caller sees (i64 and bool are widened from i32 and u8). Always plain row-major. */
  readonly dtype: "f32" | "i32" | "i64" | "u8" | "bool";
  readonly dims: readonly number[];
  readonly tensor: number;
  /** Index of an i32 [1] tensor that holds the valid length of dims[0] after a run, or -1. */
  readonly countTensor: number;
}

/** Bytes of constants, or where in a file they lie; `length` is in bytes. */
export type ConstantBytes = Uint8Array | StoredFloats;

export interface Plan {
  readonly version: typeof PLAN_VERSION;
  readonly name: string;
  readonly tensors: readonly PlanTensor[];
  readonly steps: readonly Step[];
  readonly inputs: readonly PlanPort[];
  readonly outputs: readonly PlanPort[];
  readonly arenaBytes: number;
  /** Constant tensors' bytes, as parts to be laid one after another at 64-byte alignment (not joined: weights are large). */
  readonly constants: readonly { readonly offset: number; readonly bytes: ConstantBytes }[];
  readonly constantBytes: number;
}
