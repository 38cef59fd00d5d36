/**
 * Memory of the test interpreter: an arena of tensors that checks every access. Reading what nothing wrote, or
 * leaving the storage, throws; f16 rounds what is written; every read notes which step wrote the element last.
 */
import { floatsToHalves, halfToNumber } from "../../src/bytes/half.ts";
import { bytesOf } from "../../src/bytes/stored.ts";
import type { Plan, PlanTensor } from "../../src/plan/plan.ts";

export interface Operand {
  readonly dims: readonly number[];
  readonly dtype: PlanTensor["dtype"];
  readonly layout: PlanTensor["layout"];
  readonly pixelStride: number;
  /** Elements from its first to behind its last. */
  readonly extent: number;
  get(index: number): number;
  set(index: number, value: number): void;
}

const NOBODY = -2;
const CALLER = -1;

export class Machine {
  /** Writers of everything each step read, as one number per step (the last entry: what the caller read). */
  readonly trace: number[];
  private readonly plan: Plan;
  private readonly arena: DataView;
  private readonly constants: DataView;
  private readonly writers: Int32Array;
  private step = CALLER;

  constructor(plan: Plan) {
    this.plan = plan;
    this.trace = new Array<number>(plan.steps.length + 1).fill(0);
    this.arena = new DataView(new ArrayBuffer(plan.arenaBytes));
    this.writers = new Int32Array(plan.arenaBytes).fill(NOBODY);
    const constants = new Uint8Array(plan.constantBytes);
    for (const { offset, bytes } of plan.constants) constants.set(bytesOf(bytes), offset);
    this.constants = new DataView(constants.buffer);
  }

  begin(step: number): void {
    this.step = step;
  }

  operand(index: number): Operand | null {
    if (index < 0) return null;
    const tensor = this.plan.tensors[index] as PlanTensor;
    const { dims, dtype, layout, pixelStride, storage, offset, name } = tensor;
    const bytes = dtype === "u8" ? 1 : dtype === "f16" ? 2 : 4;
    const pixels = layout === "nhwc" ? (dims[0] ?? 0) * (dims[2] ?? 0) * (dims[3] ?? 0) : 0;
    const count = dims.reduce((a, b) => a * b, 1);
    const extent = layout === "nhwc" && count > 0 ? (pixels - 1) * pixelStride + (dims[1] as number) : count;
    const memory = storage === "arena" ? this.arena : this.constants;
    if (offset % bytes !== 0 || offset + extent * bytes > memory.byteLength)
      throw new Error(`${name} leaves its storage`);
    const address = (element: number): number => {
      if (!(element >= 0 && element < extent)) throw new Error(`${name}: element ${element} of ${extent}`);
      return offset + element * bytes;
    };
    const get = (element: number): number => {
      const at = address(element);
      if (storage === "arena") this.note(name, at, bytes);
      if (dtype === "u8") return memory.getUint8(at);
      if (dtype === "f16") return halfToNumber(memory.getUint16(at, true));
      return dtype === "i32" ? memory.getInt32(at, true) : memory.getFloat32(at, true);
    };
    const set = (element: number, value: number): void => {
      const at = address(element);
      if (storage !== "arena") throw new Error(`${name} is constant`);
      this.writers.fill(this.step, at, at + bytes);
      if (dtype === "u8") memory.setUint8(at, value);
      else if (dtype === "f16") memory.setUint16(at, floatsToHalves(Float32Array.of(value))[0]!, true);
      else if (dtype === "i32") memory.setInt32(at, value, true);
      else memory.setFloat32(at, value, true);
    };
    return { dims, dtype, layout, pixelStride, extent, get, set };
  }

  private note(name: string, at: number, bytes: number): void {
    const writer = this.writers[at] as number;
    if (writer === this.step && writer !== CALLER)
      throw new Error(`step ${writer} reads what it wrote to ${name}`);
    for (let i = 0; i < bytes; i++) {
      if (this.writers[at + i] === NOBODY)
        throw new Error(`step ${this.step} reads ${name} before it is written`);
      if (this.writers[at + i] !== writer)
        throw new Error(`step ${this.step} reads torn elements of ${name}`);
    }
    const slot = this.step === CALLER ? this.trace.length - 1 : this.step;
    this.trace[slot] = (Math.imul(this.trace[slot] as number, 31) + writer + 7) | 0;
  }
}
