/**
 * Where the values of a graph lie while it is lowered, and in which layout.
 *
 * A value may exist as a plain tensor, as an nhwc tensor and as a view; each comes into being when a step first
 * asks for it, at most once. Layout-agnostic nodes follow their inputs and prefer nhwc, which convolutions read.
 */
import { SpineXRError } from "../api/errors.ts";
import { originOf, StoredFloats } from "../bytes/stored.ts";
import { elementCount, isConstant, type TensorData, type Value } from "../graph/graph.ts";
import type { ChooseConv } from "./conv-algorithm.ts";
import { copyFields } from "./copy.ts";
import {
  coreType,
  type Draft,
  type DraftTensor,
  elementBytes,
  newBuffer,
  newTensor,
  rowMajorStrides,
  type View,
} from "./draft.ts";
import type { CoreDType, Layout } from "./plan.ts";
import { aliasOf, atomCount, MAX_ATOMS, viewOf } from "./view.ts";

interface Representation {
  plain: DraftTensor | null;
  nhwc: DraftTensor | null;
  /** Present only while neither tensor could alias it. */
  view: View | null;
}

/** A place to read a value from; the view is asked for last because a tensor's pixel stride may change. */
export interface Source {
  readonly base: DraftTensor;
  readonly view: () => View;
}

export const tensorSource = (tensor: DraftTensor): Source => ({ base: tensor, view: () => viewOf(tensor) });
export const viewSource = (view: View): Source => ({ base: view.base, view: () => view });

export class Lowering {
  readonly draft: Draft;
  /** The tensors that hold how many leading rows of a value are valid (nms; see lower/counts.ts). */
  readonly counts = new Map<Value, DraftTensor>();
  private readonly representations = new Map<Value, Representation>();
  private readonly constants = new Map<TensorData | StoredFloats, { key: string; tensor: DraftTensor }[]>();
  private readonly narrowed = new Map<BigInt64Array, Int32Array>();

  readonly chooseConv: ChooseConv;
  /** averaged.ts */
  readonly averaged: ReadonlySet<Value>;

  constructor(draft: Draft, chooseConv: ChooseConv, averaged: ReadonlySet<Value>) {
    this.draft = draft;
    this.chooseConv = chooseConv;
    this.averaged = averaged;
  }

  /** A tensor with a buffer of its own. */
  fresh(name: string, dtype: CoreDType, dims: readonly number[], layout: Layout = "plain"): DraftTensor {
    return newTensor({
      name,
      dtype,
      layout,
      dims,
      buffer: newBuffer(elementCount(dims) * elementBytes(dtype)),
    });
  }

  /** The tensor that a step is about to write a value to. */
  define(value: Value, layout: Layout): DraftTensor {
    const tensor = this.fresh(value.name, coreType(value.dtype), value.dims, layout);
    this.representations.set(value, {
      plain: layout === "plain" ? tensor : null,
      nhwc: layout === "nhwc" ? tensor : null,
      view: null,
    });
    return tensor;
  }

  /** `value` is `view`: no step. */
  defineView(value: Value, view: View): void {
    const plain = aliasOf(view, "plain", value.name);
    const nhwc = plain === null ? aliasOf(view, "nhwc", value.name) : null;
    this.representations.set(value, { plain, nhwc, view });
    if (plain === null && nhwc === null && atomCount(view) > MAX_ATOMS) {
      throw new SpineXRError("INTERNAL", `"${value.name}" is a view of more than ${MAX_ATOMS} axes.`);
    }
  }

  /** `value` holds the same elements in the same type as `other`: they share everything. */
  defineSame(value: Value, other: Value): void {
    this.representations.set(value, this.representation(other));
  }

  /** An nhwc tensor exists, or making one is as cheap as making a plain one. */
  prefersNhwc(value: Value): boolean {
    if (value.dims.length !== 4) return false;
    const { plain, nhwc, view } = this.representation(value);
    return nhwc !== null || (plain === null && view?.base.layout === "nhwc");
  }

  hasLayout(value: Value, layout: Layout): boolean {
    return this.representation(value)[layout] !== null;
  }

  /** nhwc when the value prefers it. */
  naturalLayout(value: Value): Layout {
    return this.prefersNhwc(value) ? "nhwc" : "plain";
  }

  /** The value in a layout; emits a copy when there is no other way. nhwc may have a pixel stride above C. */
  tensor(value: Value, layout: Layout): DraftTensor {
    const representation = this.representation(value);
    const present = representation[layout];
    if (present !== null) return present;
    const source = this.source(value);
    const name = `${value.name}:${layout}`;
    const tensor =
      aliasOf(source.view(), layout, name) ??
      (layout === "nhwc" && isConstant(value)
        ? this.constant(name, permuteToNhwc(this.storable(value), value.dims), value.dims, "nhwc")
        : this.materialize(name, source, value.dims, layout));
    representation[layout] = tensor;
    return tensor;
  }

  plain(value: Value): DraftTensor {
    return this.tensor(value, "plain");
  }

  nhwc(value: Value): DraftTensor {
    return this.tensor(value, "nhwc");
  }

  /** Wherever the value lies now; never emits a step. */
  source(value: Value): Source {
    const { plain, nhwc, view } = this.representation(value);
    const tensor = plain ?? nhwc;
    return tensor !== null ? tensorSource(tensor) : viewSource(view as View);
  }

  /** A view to derive others from: pins what it lies on. */
  view(value: Value): View {
    const { plain, nhwc, view } = this.representation(value);
    const found = view ?? viewOf((plain ?? nhwc) as DraftTensor);
    found.base.pinned = true;
    return found;
  }

  copy(name: string, source: Source, target: Source): void {
    this.draft.emit("copy", name, [source.base], [target.base], () =>
      copyFields(source.view(), target.view()),
    );
  }

  /** A dense copy of a source. */
  materialize(name: string, source: Source, dims: readonly number[], layout: Layout): DraftTensor {
    const tensor = this.fresh(name, source.base.dtype, dims, layout);
    this.copy(name, source, tensorSource(tensor));
    return tensor;
  }

  /** A constant in the core's type; the same array with the same dims and layout is stored once, and never copied. */
  constant(
    name: string,
    data: Exclude<TensorData, BigInt64Array> | StoredFloats,
    dims: readonly number[],
    layout: Layout = "plain",
  ): DraftTensor {
    const known = this.constants.get(data) ?? [];
    const key = `${layout} ${dims.join(" ")}`;
    const same = known.find((entry) => entry.key === key);
    if (same !== undefined) return same.tensor;
    const dtype =
      data instanceof Float32Array || data instanceof StoredFloats
        ? "f32"
        : data instanceof Int32Array
          ? "i32"
          : "u8";
    const bytes =
      data instanceof StoredFloats ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const buffer = known[0]?.tensor.buffer ?? newBuffer(bytes.length, bytes);
    const tensor = newTensor({ name, dtype, layout, dims, buffer });
    tensor.pinned = true;
    this.constants.set(data, [...known, { key, tensor }]);
    return tensor;
  }

  private representation(value: Value): Representation {
    let found = this.representations.get(value);
    if (found === undefined) {
      if (!isConstant(value)) {
        throw new SpineXRError("INTERNAL", `"${value.name}" is used before it is computed.`);
      }
      const where = value.stored ?? originOf(value.constant as TensorData);
      const plain = this.constant(value.name, where ?? this.storable(value), value.dims);
      found = { plain, nhwc: null, view: null };
      this.representations.set(value, found);
    }
    return found;
  }

  /** The constant's array in the core's type. */
  private storable(value: Value): Exclude<TensorData, BigInt64Array> {
    const data = value.constant as TensorData;
    if (!(data instanceof BigInt64Array)) return data;
    let narrow = this.narrowed.get(data);
    if (narrow === undefined) {
      narrow = Int32Array.from(data, (element) => {
        if (BigInt.asIntN(32, element) === element) return Number(element);
        throw new SpineXRError(
          "UNSUPPORTED_OPERATOR",
          `The 64-bit constant "${value.name}" holds ${element}; the core computes with 32-bit integers. ` +
            "Use smaller values or bind the input that this constant came from.",
        );
      });
      this.narrowed.set(data, narrow);
    }
    return narrow;
  }
}

function permuteToNhwc<T extends Exclude<TensorData, BigInt64Array>>(data: T, dims: readonly number[]): T {
  const [n, c, h, w] = dims as [number, number, number, number];
  const [sn, sc] = rowMajorStrides(dims) as [number, number];
  const result = data.slice() as T;
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let pixel = 0; pixel < h * w; pixel++) {
      for (let j = 0; j < c; j++) result[at++] = data[i * sn + j * sc + pixel] as number;
    }
  }
  return result;
}
