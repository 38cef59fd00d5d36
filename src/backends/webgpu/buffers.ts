/** What a program needs on a device: its arena with constants, parameters, pipelines, packed weights and bind groups. */
import type { Devices, GpuDevice } from "./device.ts";
import { USAGE } from "./device.ts";
import type { Dispatch } from "./dispatch.ts";
import { packParams } from "./params.ts";
import { usesWeights } from "./pipelines.ts";
import type { Program } from "./program.ts";
import { type ConstantSource, readConstant, type WeightStore } from "./weights.ts";

/** minUniformBufferOffsetAlignment of every device. */
const SLOT = 256;
const MOST_GROUPS = 65535;

export interface Command {
  readonly pipeline: GPUComputePipeline;
  readonly offset: number;
  readonly weights: GPUBindGroup | null;
  readonly x: number;
  readonly y: number;
}

export interface Resources {
  readonly gpu: GpuDevice;
  readonly arena: GPUBuffer;
  readonly own: GPUBindGroup;
  /** Of each segment of the program; null for host steps. */
  readonly commands: readonly (readonly Command[] | null)[];
  release(): void;
}

export interface Constants {
  readonly store: WeightStore;
  /** What the store calls a constant tensor. */
  name(tensor: number): string;
  source(tensor: number): ConstantSource;
}

const slotBytes = (params: Uint32Array): number => Math.ceil(params.byteLength / SLOT) * SLOT;

/** @throws SpineXRError LIMIT_EXCEEDED, OUT_OF_MEMORY, DEVICE_LOST, INTERNAL */
export async function createResources(
  gpu: GpuDevice,
  program: Program,
  constants: Constants,
): Promise<Resources> {
  const releases: (() => void)[] = [];
  const release = (): void => {
    for (const free of releases.splice(0)) free();
  };
  try {
    return { ...(await create(gpu, program, constants, releases)), release };
  } catch (error) {
    release();
    throw error;
  }
}

async function create(gpu: GpuDevice, program: Program, constants: Constants, releases: (() => void)[]) {
  const { device } = gpu;
  const dispatches = program.segments.flatMap((s) => (s.kind === "gpu" ? s.dispatches : []));
  const storage = USAGE.storage | USAGE.copySource | USAGE.copyTarget;
  const arena = await gpu.createBuffer("The tensors of the network", program.arenaBytes, storage);
  releases.push(() => arena.destroy());
  for (const { tensor, offset } of program.constants)
    device.queue.writeBuffer(arena, offset, wholeWords(readConstant(constants.source(tensor))));

  const packed = dispatches.map(({ kernel, params }) => packParams(kernel, params));
  const bytes = packed.reduce((sum, params) => sum + slotBytes(params), SLOT);
  const parameters = await gpu.createBuffer("Parameters of kernels", bytes, USAGE.uniform | USAGE.copyTarget);
  releases.push(() => parameters.destroy());
  const all = new Uint32Array(bytes / 4);
  const offsets: number[] = [];
  let end = 0;
  for (const params of packed) {
    offsets.push(end);
    all.set(params, end / 4);
    end += slotBytes(params);
  }
  device.queue.writeBuffer(parameters, 0, all);

  const layouts = gpu.pipelines.layouts;
  const most = Math.max(SLOT, ...packed.map(slotBytes));
  const size = Math.min(most, bytes);
  const own = device.createBindGroup({
    layout: layouts.own,
    entries: [
      { binding: 0, resource: { buffer: arena } },
      { binding: 1, resource: { buffer: parameters, size } },
    ],
  });
  const none = await gpu.createBuffer("Parameters of kernels", 16, USAGE.storage);
  releases.push(() => none.destroy());
  const group = (buffer: GPUBuffer) =>
    device.createBindGroup({ layout: layouts.weights, entries: [{ binding: 0, resource: { buffer } }] });
  const noWeights = group(none);

  const pipelines = await Promise.all(dispatches.map((dispatch) => gpu.pipelines.get(dispatch)));
  const flat: Command[] = [];
  for (const [i, dispatch] of dispatches.entries()) {
    const buffer = await weightsOf(gpu, dispatch, constants, releases);
    const weights = !usesWeights(dispatch.kernel) ? null : buffer === null ? noWeights : group(buffer);
    flat.push({ pipeline: pipelines[i]!, offset: offsets[i]!, weights, ...grid(dispatch.workgroups) });
  }
  let at = 0;
  const commands = program.segments.map((segment) => {
    if (segment.kind === "host") return null;
    at += segment.dispatches.length;
    return flat.slice(at - segment.dispatches.length, at);
  });
  gpu.check();
  return { gpu, arena, own, commands };
}

async function weightsOf(
  gpu: GpuDevice,
  { weights: form }: Dispatch,
  { store, name, source }: Constants,
  releases: (() => void)[],
): Promise<GPUBuffer | null> {
  if (form === undefined) return null;
  const called = name(form.tensor);
  releases.push(() => store.release(gpu, called, form));
  return store.acquire(gpu, called, form, source(form.tensor));
}

/** A dimension of a dispatch has its limit: rows of workgroups. */
function grid(workgroups: number): { x: number; y: number } {
  const y = Math.ceil(workgroups / MOST_GROUPS);
  return { x: Math.ceil(workgroups / y), y };
}

/** Writes to a buffer have whole words. */
export function wholeWords(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length % 4 === 0) return bytes as Uint8Array<ArrayBuffer>;
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}

/** The resources of a session, on the device in use. */
export class Holder {
  readonly #devices: Devices;
  readonly #program: Program;
  readonly #constants: Constants;
  #held: Resources | null = null;

  constructor(devices: Devices, program: Program, constants: Constants) {
    this.#devices = devices;
    this.#program = program;
    this.#constants = constants;
  }

  /** Null where they have to be made again. */
  get ready(): Resources | null {
    return this.#held !== null && !this.#held.gpu.lost ? this.#held : null;
  }

  async prepare(): Promise<Resources> {
    const gpu = await this.#devices.current();
    if (this.#held !== null && this.#held.gpu === gpu) return this.#held;
    this.release();
    this.#held = await createResources(gpu, this.#program, this.#constants);
    return this.#held;
  }

  release(): void {
    this.#held?.release();
    this.#held = null;
  }
}
