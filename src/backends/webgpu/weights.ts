/** Constants of the plans of one network: where their bytes come from, and the packed forms on the GPU that sessions share. */
import { SpineXRError } from "../../api/errors.ts";
import { bytesOf } from "../../bytes/stored.ts";
import type { ConstantBytes, PlanTensor } from "../../plan/plan.ts";
import type { DriverWeights, EncodedPlan } from "../driver.ts";
import { type GpuDevice, USAGE } from "./device.ts";
import type { WeightForm } from "./dispatch.ts";

/** Bytes of a constant: part of an array or of a file. */
export interface ConstantSource {
  readonly bytes: ConstantBytes;
  readonly start: number;
  readonly length: number;
}

/** A copy that is aligned for every type. */
export function readConstant({ bytes, start, length }: ConstantSource): Uint8Array<ArrayBuffer> {
  return bytesOf(bytes).slice(start, start + length);
}

/** Where a constant of a plan lies among what was sent with it; null where it was not. */
export function findSource(
  { constants }: Pick<EncodedPlan, "constants">,
  { offset }: PlanTensor,
  length: number,
): ConstantSource | null {
  const part = constants.find((c) => c.offset <= offset && offset + length <= c.offset + c.bytes.length);
  return part === undefined ? null : { bytes: part.bytes, start: offset - part.offset, length };
}

interface Form {
  readonly buffer: Promise<GPUBuffer>;
  readonly bytes: number;
  users: number;
}

/** Packed forms by device: one that was lost takes them with it. */
export class WeightStore implements DriverWeights {
  readonly #sources = new Map<number, { source: ConstantSource; users: number }>();
  readonly #forms = new WeakMap<GpuDevice, Map<string, Form>>();
  #bytes = 0;

  async bytes(): Promise<number> {
    return this.#bytes;
  }

  /** Sessions keep what they use. */
  async destroy(): Promise<void> {}

  /** The source of a key, from this plan or from another that is still there. null: nobody has it. Counted until drop(). */
  take(key: number, source: ConstantSource | null): ConstantSource | null {
    const known = this.#sources.get(key);
    if (known !== undefined) {
      known.users++;
      return known.source;
    }
    if (source !== null) this.#sources.set(key, { source, users: 1 });
    return source;
  }

  drop(key: number): void {
    const known = this.#sources.get(key);
    if (known !== undefined && --known.users === 0) this.#sources.delete(key);
  }

  /** The form of the constant called `name` on a device, made at most once; counted until release(). */
  acquire(gpu: GpuDevice, name: string, form: WeightForm, source: ConstantSource): Promise<GPUBuffer> {
    const forms = this.#forms.get(gpu) ?? new Map<string, Form>();
    this.#forms.set(gpu, forms);
    const key = `${name} ${form.form}`;
    let known = forms.get(key);
    if (known === undefined) {
      const bytes = form.floats * 4;
      known = { buffer: makeForm(gpu, form, source), bytes, users: 0 };
      forms.set(key, known);
      this.#bytes += bytes;
    }
    known.users++;
    return known.buffer;
  }

  release(gpu: GpuDevice, name: string, form: WeightForm): void {
    const forms = this.#forms.get(gpu);
    const key = `${name} ${form.form}`;
    const known = forms?.get(key);
    if (known === undefined || --known.users > 0) return;
    forms!.delete(key);
    this.#bytes -= known.bytes;
    known.buffer.then(
      (buffer) => buffer.destroy(),
      () => undefined,
    );
  }
}

async function makeForm(gpu: GpuDevice, form: WeightForm, source: ConstantSource): Promise<GPUBuffer> {
  const raw = new Float32Array(readConstant(source).buffer);
  const buffer = await gpu.createBuffer("Packed weights", form.floats * 4, USAGE.storage, true);
  try {
    form.pack(raw, new Float32Array(buffer.getMappedRange()));
    buffer.unmap();
  } catch (cause) {
    buffer.destroy();
    if (gpu.lost) gpu.check();
    throw new SpineXRError("INTERNAL", "Weights could not be written to the GPU.", { cause });
  }
  return buffer;
}
