/** Tensors of a checkpoint, by name; decoded when asked for. */
export type CheckpointDType = "f64" | "f32" | "f16" | "bf16" | "i64" | "i32" | "i16" | "i8" | "u8" | "bool";

export const BYTES_PER_ELEMENT: Readonly<Record<CheckpointDType, number>> = {
  f64: 8,
  f32: 4,
  f16: 2,
  bf16: 2,
  i64: 8,
  i32: 4,
  i16: 2,
  i8: 1,
  u8: 1,
  bool: 1,
};

export interface CheckpointTensor {
  readonly dtype: CheckpointDType;
  readonly dims: readonly number[];
  /**
   * Row-major in float32, rounded to nearest where the stored type is wider. May share memory with the file's bytes:
   * not to be written to. Throws INVALID_CHECKPOINT.
   */
  float32(): Float32Array;
}

export type StateDict = ReadonlyMap<string, CheckpointTensor>;
