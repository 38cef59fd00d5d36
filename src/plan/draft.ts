/**
 * A plan under construction: tensors over buffers that have no address yet, and steps whose fields are computed
 * last, because concat-in-place may still widen the pixel stride of a tensor.
 */
import type { DType } from "../graph/graph.ts";
import { elementCount } from "../graph/graph.ts";
import type { ConstantBytes, CoreDType, Layout } from "./plan.ts";
import type { StepFields, StepKind, StepPart } from "./steps.ts";

/** A run of memory that lives and moves as one. */
export interface DraftBuffer {
  bytes: number;
  /** Bytes of a constant; null in the arena. */
  readonly data: ConstantBytes | null;
  /** Written by the caller before the run. */
  isInput: boolean;
  /** Read by the caller after the run. */
  isOutput: boolean;
  /** Every tensor that lies in it. */
  tensors: DraftTensor[];
  /** Byte offset in its storage, set by memory.ts. */
  offset: number;
}

export interface DraftTensor {
  readonly name: string;
  /** Changed by precision.ts only. */
  dtype: CoreDType;
  readonly layout: Layout;
  readonly dims: readonly number[];
  /** Elements between pixels (nhwc) or 0 (plain). */
  pixelStride: number;
  buffer: DraftBuffer;
  /** Bytes from the start of the buffer. */
  offset: number;
  /** Something relies on the pixel stride as it is: the tensor must not become a slice of a wider one. */
  pinned: boolean;
}

export interface DraftStep {
  readonly kind: StepKind;
  readonly name: string;
  inputs: (DraftTensor | null)[];
  readonly outputs: (DraftTensor | null)[];
  /** It reads its nhwc operands as dense. */
  readonly dense: boolean;
  readonly fields: () => Record<string, number | readonly number[]>;
  /** Set by split-batch.ts. */
  readonly part?: StepPart;
}

/** One operand of a concat: `base` itself, in the result's layout (view null), or a view that has to be copied. */
export interface ConcatPart {
  readonly base: DraftTensor;
  readonly view: (() => View) | null;
  readonly dims: readonly number[];
}

/** Becomes copy steps, or nothing, in concat.ts. */
export interface DraftConcat {
  readonly kind: "concat";
  readonly name: string;
  readonly axis: number;
  readonly parts: readonly ConcatPart[];
  readonly output: DraftTensor;
}

/** `length` elements, `stride` apart. */
export interface Atom {
  readonly length: number;
  readonly stride: number;
}

/**
 * A logical tensor laid over a tensor without moving data. Axis i is the mixed-radix product of axes[i], most
 * significant first (empty: length 1), so that any reshape of any transpose can be one. Offset in elements.
 */
export interface View {
  readonly base: DraftTensor;
  readonly offset: number;
  readonly axes: readonly (readonly Atom[])[];
}

export const coreType = (dtype: DType): CoreDType =>
  dtype === "f32" ? "f32" : dtype === "i32" || dtype === "i64" ? "i32" : "u8";

export const elementBytes = (dtype: CoreDType): number => (dtype === "u8" ? 1 : dtype === "f16" ? 2 : 4);

export function newBuffer(bytes: number, data: ConstantBytes | null = null): DraftBuffer {
  return { bytes, data, isInput: false, isOutput: false, tensors: [], offset: 0 };
}

export function newTensor(
  tensor: Omit<DraftTensor, "pinned" | "offset" | "pixelStride"> & { offset?: number; pixelStride?: number },
): DraftTensor {
  const dense = tensor.layout === "nhwc" ? (tensor.dims[1] as number) : 0;
  const made: DraftTensor = { offset: 0, pixelStride: dense, ...tensor, pinned: false };
  made.buffer.tensors.push(made);
  return made;
}

export const tensorBytes = (tensor: DraftTensor): number =>
  elementCount(tensor.dims) * elementBytes(tensor.dtype);

/** N * H * W. */
export const pixelCount = ([n, , h, w]: readonly number[]): number =>
  (n as number) * (h as number) * (w as number);

/** All its elements lie one after another. */
export const isDense = (tensor: DraftTensor): boolean =>
  tensor.layout === "plain" || tensor.pixelStride === tensor.dims[1] || pixelCount(tensor.dims) <= 1;

export const rowMajorStrides = (dims: readonly number[]): number[] => {
  const strides = new Array<number>(dims.length);
  for (let i = dims.length - 1, stride = 1; i >= 0; stride *= dims[i--] as number) strides[i] = stride;
  return strides;
};

/** Elements between neighbours of each logical axis. */
export function tensorStrides({ layout, dims, pixelStride }: DraftTensor): number[] {
  if (layout === "plain") return rowMajorStrides(dims);
  const [, , h, w] = dims as [number, number, number, number];
  return [h * w * pixelStride, 1, w * pixelStride, pixelStride];
}

/** The logical axes from slowest to fastest in memory. */
export const storageOrder = (layout: Layout, rank: number): number[] =>
  layout === "nhwc" ? [0, 2, 3, 1] : Array.from({ length: rank }, (_, i) => i);

export type DraftFields<K extends StepKind> = () => StepFields<K>;

/** What lowering writes into. */
export class Draft {
  steps: (DraftStep | DraftConcat)[] = [];

  emit<K extends StepKind>(
    kind: K,
    name: string,
    inputs: (DraftTensor | null)[],
    outputs: (DraftTensor | null)[],
    fields: DraftFields<K>,
    dense = DENSE_READERS.has(kind),
  ): void {
    const untyped = fields as () => Record<string, number | readonly number[]>;
    this.steps.push({ kind, name, inputs, outputs, dense, fields: untyped });
  }
}

/** Steps without strides for their operands (steps.ts). */
const DENSE_READERS: ReadonlySet<StepKind> = new Set<StepKind>([
  "resample",
  "gather",
  "softmax",
  "normalize",
  "argReduce",
  "topK",
  "cast",
]);
