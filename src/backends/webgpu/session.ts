/** A prepared plan on a GPU: runs its program, with one readback at the end and one in front of host steps in its middle. */
import { SpineXRError } from "../../api/errors.ts";
import type { DecodedPlan } from "../../plan/decode.ts";
import type { RunInput } from "../device-tensor.ts";
import type { DriverRun, DriverSession, OutputSpec } from "../driver.ts";
import { allocate } from "../port-checks.ts";
import { type Command, type Holder, type Resources, wholeWords } from "./buffers.ts";
import type { Block, HostStage } from "./host-steps.ts";
import { StepTimes } from "./profile.ts";
import type { Program } from "./program.ts";
import { type Piece, Readback } from "./readback.ts";

/** Dispatches of one submission: drivers stop those that take seconds. */
const MOST_DISPATCHES = 128;

export interface SessionParts {
  readonly plan: DecodedPlan;
  readonly program: Program;
  readonly holder: Holder;
  /** Of the program's host segments, in order. */
  readonly stages: readonly HostStage[];
  readonly release: () => void;
}

type Stepped = { readonly block: Block; readonly bytes: Uint8Array }[];

export class WebgpuSession implements DriverSession {
  readonly bytes: number;
  readonly abortFlag = new Int32Array(1);
  readonly hostSteps: readonly string[];
  readonly #parts: SessionParts;
  readonly #readback = new Readback();

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.bytes = parts.program.arenaBytes;
    const host = parts.program.segments.flatMap((segment) => (segment.kind === "host" ? segment.steps : []));
    this.hostSteps = [...new Set(host.map((step) => parts.plan.steps[step]!.kind))];
  }

  run(inputs: readonly RunInput[], outputs: readonly OutputSpec[], profile: boolean): Promise<DriverRun> {
    const { holder } = this.#parts;
    const ready = holder.ready;
    if (ready !== null) {
      this.#upload(ready, inputs);
      return this.#start(ready, outputs, profile);
    }
    // The caller may write to its arrays before the device is there.
    const copies = inputs.map((input) => (ArrayBuffer.isView(input) ? input.slice() : input));
    return (async () => {
      const resources = await holder.prepare();
      this.#upload(resources, copies);
      return this.#start(resources, outputs, profile);
    })();
  }

  async destroy(): Promise<void> {
    const { holder, stages, release } = this.#parts;
    holder.release();
    this.#readback.release();
    release();
    await Promise.all(stages.map((stage) => stage.destroy()));
  }

  #upload({ gpu, arena }: Resources, inputs: readonly RunInput[]): void {
    const { plan, program } = this.#parts;
    gpu.device.queue.writeBuffer(arena, program.errorOffset, new Uint32Array(4));
    plan.inputs.forEach(({ tensor }, i) => {
      const data = inputs[i] as Uint8Array<ArrayBuffer>;
      if (data.length === 0) return;
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      gpu.device.queue.writeBuffer(arena, plan.tensors[tensor]!.offset, wholeWords(bytes));
    });
  }

  async #start(resources: Resources, outputs: readonly OutputSpec[], profile: boolean): Promise<DriverRun> {
    const { gpu, arena } = resources;
    const { plan, program, stages } = this.#parts;
    const times = profile ? new StepTimes(gpu, plan.steps.length) : null;
    const last = program.segments.length - 1;
    let fromHost: Stepped = [];
    let read: Uint8Array[] | null = null;
    const pieces = this.#pieces(outputs);
    let stage = 0;
    for (let i = 0; i <= last; ) {
      if (Atomics.load(this.abortFlag, 0) !== 0)
        throw new SpineXRError("ABORTED", "The run was stopped between two steps.");
      const segment = program.segments[i]!;
      if (segment.kind === "gpu") {
        i = await this.#submit(resources, i, times);
        continue;
      }
      const { reads, writes, run } = stages[stage++]!;
      const wanted = i === last ? [...reads.map(piece), ...pieces] : reads.map(piece);
      const copies = await this.#readback.read(gpu, arena, wanted);
      const start = performance.now();
      const results = await run(copies.slice(0, reads.length));
      if (times !== null) times.ms[segment.steps[0]!] = performance.now() - start;
      if (i === last) {
        fromHost = writes.map((block, at) => ({ block, bytes: results[at]! }));
        read = copies.slice(reads.length);
      } else {
        writes.forEach(({ offset }, at) => {
          gpu.device.queue.writeBuffer(arena, offset, results[at]! as Uint8Array<ArrayBuffer>);
        });
      }
      i++;
    }
    read ??= await this.#readback.read(gpu, arena, pieces);
    await times?.finish();
    gpu.check();
    this.#checkIndices(read.at(-1)!);
    return this.#result(outputs, read, fromHost, times);
  }

  /** Submits the GPU's steps from segment `first` on, up to a host's or as many as one submission holds; gives the next. */
  async #submit({ gpu, own, commands }: Resources, first: number, times: StepTimes | null): Promise<number> {
    const { device } = gpu;
    const { segments } = this.#parts.program;
    const encoder = device.createCommandEncoder();
    let pass: GPUComputePassEncoder | null = null;
    let count = 0;
    let i = first;
    for (; segments[i]?.kind === "gpu" && count < MOST_DISPATCHES; i++) {
      const segment = segments[i] as Extract<Program["segments"][number], { kind: "gpu" }>;
      const timed = times?.pass(segment.step);
      pass ??= encoder.beginComputePass(timed == null ? {} : { timestampWrites: timed });
      record(pass, own, commands[i]!);
      count += commands[i]!.length;
      if (times !== null) {
        pass.end();
        pass = null;
        if (timed == null) {
          i++;
          break;
        }
      }
    }
    pass?.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    const untimed = segments[first];
    if (times?.hasQueries === false && untimed?.kind === "gpu") {
      await gpu.guard(() => device.queue.onSubmittedWorkDone());
      times.ms[untimed.step] = performance.now() - start;
    }
    return i;
  }

  /** Outputs, their counts, and last the error words. */
  #pieces(outputs: readonly OutputSpec[]): Piece[] {
    const { plan, program } = this.#parts;
    const pieces = plan.outputs.map(({ tensor }, i) => ({
      offset: plan.tensors[tensor]!.offset,
      bytes: Math.ceil((outputs[i]!.length * (outputs[i]!.dtype === "u8" ? 1 : 4)) / 4) * 4,
    }));
    const counts = plan.outputs.map(({ countTensor }) => ({
      offset: countTensor < 0 ? 0 : plan.tensors[countTensor]!.offset,
      bytes: countTensor < 0 ? 0 : 4,
    }));
    return [...pieces, ...counts, { offset: program.errorOffset, bytes: 8 }];
  }

  #checkIndices(words: Uint8Array): void {
    const { plan } = this.#parts;
    const [step, index] = new Int32Array(words.slice().buffer);
    if (step === 0) return;
    const { kind, name } = plan.steps[step! - 1]!;
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `${kind}${name === "" ? "" : ` "${name}"`}: expected indices inside the tensor, found ${index}.`,
    );
  }

  #result(
    outputs: readonly OutputSpec[],
    read: readonly Uint8Array[],
    fromHost: Stepped,
    times: StepTimes | null,
  ): DriverRun {
    const { plan } = this.#parts;
    /** What host steps at the end wrote is not in the GPU's memory. */
    const latest = (tensor: number, bytes: Uint8Array): Uint8Array => {
      const { offset } = plan.tensors[tensor]!;
      const found = fromHost.find(
        ({ block }) => block.offset <= offset && offset < block.offset + block.bytes && bytes.length > 0,
      );
      return found === undefined ? bytes : found.bytes.subarray(offset - found.block.offset);
    };
    const counts = plan.outputs.map(({ countTensor }, i) =>
      countTensor < 0
        ? -1
        : new Int32Array(latest(countTensor, read[plan.outputs.length + i]!).slice(0, 4).buffer)[0]!,
    );
    const arrays = plan.outputs.map(({ tensor }, i) => {
      const target = allocate(outputs[i]!);
      const bytes = new Uint8Array(target.buffer);
      bytes.set(latest(tensor, read[i]!).subarray(0, bytes.length));
      return target;
    });
    return { outputs: arrays, counts: Int32Array.from(counts), stepMs: times?.ms ?? null };
  }
}

const piece = ({ offset, bytes }: Block): Piece => ({ offset, bytes });

export function record(pass: GPUComputePassEncoder, own: GPUBindGroup, commands: readonly Command[]): void {
  for (const { pipeline, offset, weights, x, y } of commands) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, own, [offset]);
    if (weights !== null) pass.setBindGroup(1, weights);
    pass.dispatchWorkgroups(x, y);
  }
}
