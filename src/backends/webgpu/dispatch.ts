/** What a step becomes on a GPU: dispatches of kernels, as plain data. */
import type { PlanTensor } from "../../plan/plan.ts";
import type { Step, StepKind, StepOf } from "../../plan/steps.ts";
import type { Schedule } from "./ops/gemm.ts";
import type { ShaderName } from "./shaders.ts";

/** How a kernel sees the arena: the file memory_*.wgsl in front of it. */
export type Memory = "words" | "atomics" | "quads" | "pairs";

/** A constant in the form in which a kernel reads it, apart from the arena. */
export interface WeightForm {
  readonly tensor: number;
  /** What decides the bytes, apart from the constant: equal forms are made once. */
  readonly form: string;
  readonly floats: number;
  /** Writes to zeroed memory. */
  pack(raw: Float32Array, target: Float32Array): void;
}

export interface Dispatch {
  readonly kernel: ShaderName;
  readonly memory: Memory;
  /** Declared in front of the kernel: what WGSL does not let an override decide. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Its overrides. */
  readonly constants: Readonly<Record<string, number | boolean>>;
  /** Its struct Params. Vectors and arrays are lists. */
  readonly params: Readonly<Record<string, number | readonly number[]>>;
  readonly workgroups: number;
  readonly weights?: WeightForm;
}

/** The numbers of elements.wgsl. */
export const TYPES = { f32: 0, i32: 1, u8: 2, f16: 3 } as const;
const BYTES = { f32: 4, i32: 4, u8: 1, f16: 2 } as const;

/** A tensor as kernels see it. */
export interface Operand {
  readonly type: number;
  /** First element, counted from the start of the arena in elements of its type. */
  readonly at: number;
  readonly dims: readonly number[];
  /** Elements. */
  readonly length: number;
  readonly pixelStride: number;
  readonly layout: PlanTensor["layout"];
  readonly constant: boolean;
}

/** Where compiling a step finds its operands, and memory besides. */
export interface StepContext {
  /** Null for an absent operand. Constants lie behind the arena, in the same buffer. */
  operand(tensor: number): Operand | null;
  /** The same without a place: of a constant that goes into a WeightForm only. */
  shape(tensor: number): Operand;
  /** First word of memory for this step alone, multiples of 4. */
  scratch(words: number): number;
  /** Of products: measured for the device (schedule.ts). */
  readonly schedule: Schedule;
  /** The word that is set where an index is out of range; the next one holds the index. */
  readonly error: number;
  /** What it is set to. */
  readonly mark: number;
}

export type StepCompiler<K extends StepKind> = (step: StepOf<K>, context: StepContext) => Dispatch[];

export function makeOperand(tensor: PlanTensor, byteOffset: number): Operand {
  const { dtype, dims, pixelStride, layout, storage } = tensor;
  return {
    type: TYPES[dtype],
    at: byteOffset / BYTES[dtype],
    dims,
    length: dims.reduce((a, b) => a * b, 1),
    pixelStride,
    layout,
    constant: storage !== "arena",
  };
}

export const elementBytes = ({ dtype }: Pick<PlanTensor, "dtype">): number => BYTES[dtype];

/** An operand that a step of this kind always has. */
export function need(context: StepContext, step: Step, place: number): Operand {
  const numbers = [...step.inputs, ...step.outputs];
  return context.operand(numbers[place]!)!;
}

/** Of each invocation one element: several may write to one word where elements are narrower. */
export const memoryFor = (...written: readonly Operand[]): Memory =>
  written.some(({ type }) => type === TYPES.u8 || type === TYPES.f16) ? "atomics" : "words";

/** Workgroups of 64 invocations, one for each of `count`. */
export const perElement = (count: number): number => Math.ceil(count / 64);

/** How many invocations share one of `count` results over n elements each: one, unless results are few and runs long. */
export const lanesFor = (count: number, n: number): number => (n >= 64 && count < 4096 ? 64 : 1);
