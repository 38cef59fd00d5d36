/** Steps of a plan in the shared core: a plan of their own over the pieces of the arena that they touch. */
import type { DecodedPlan } from "../../plan/decode.ts";
import { encodePlan } from "../../plan/encode.ts";
import { PLAN_VERSION, type Plan, type PlanPort, type PlanTensor } from "../../plan/plan.ts";
import type { CoreDriver, DriverSession } from "../driver.ts";
import { tensorBytes } from "./program.ts";
import { type ConstantSource, readConstant } from "./weights.ts";

/** A piece of the GPU's arena, in bytes. */
export interface Block {
  readonly offset: number;
  readonly bytes: number;
}

export interface HostStage {
  /** What it reads, in the order of run()'s parameters. */
  readonly reads: readonly Block[];
  /** What it writes, in the order of run()'s results. */
  readonly writes: readonly Block[];
  run(blocks: readonly Uint8Array[]): Promise<Uint8Array[]>;
  destroy(): Promise<void>;
}

const up = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

/** `source` finds the bytes of a constant tensor. */
export async function createHostStage(
  host: CoreDriver,
  plan: DecodedPlan,
  numbers: readonly number[],
  source: (tensor: number) => ConstantSource,
): Promise<HostStage> {
  const { small, reads, writes } = extract(plan, numbers, source);
  const encoded = { plan: encodePlan(small), constants: small.constants, constantBytes: small.constantBytes };
  const session = (await host.createSession(encoded, null)) as DriverSession;
  const outputs = writes.map(({ bytes }) => ({ dtype: "u8" as const, length: bytes }));
  return {
    reads,
    writes,
    run: async (blocks) => (await session.run(blocks, outputs, false)).outputs as Uint8Array[],
    destroy: () => session.destroy(),
  };
}

function extract(plan: DecodedPlan, numbers: readonly number[], source: (tensor: number) => ConstantSource) {
  const steps = numbers.map((number) => plan.steps[number]!);
  const used = [...new Set(steps.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]))].filter(
    (t) => t >= 0,
  );
  const inArena = used.filter((tensor) => plan.tensors[tensor]!.storage === "arena");
  const blocks = join(inArena.map((tensor) => range(plan.tensors[tensor]!)));
  // Where each block lies in the small arena.
  const places: number[] = [];
  let arenaBytes = 0;
  for (const { offset, bytes } of blocks) {
    const place = up(arenaBytes, 64) + (offset % 64);
    places.push(place);
    arenaBytes = place + bytes;
  }
  const constants: { offset: number; bytes: Uint8Array }[] = [];
  let constantBytes = 0;
  const tensors = used.map((tensor): PlanTensor => {
    const old = plan.tensors[tensor]!;
    if (old.storage === "arena") {
      const block = blockOf(blocks, old);
      return { ...old, offset: places[block]! + old.offset - blocks[block]!.offset };
    }
    const offset = up(constantBytes, 64);
    const bytes = readConstant(source(tensor));
    constants.push({ offset, bytes });
    constantBytes = offset + bytes.length;
    const { key: _, ...rest } = old;
    return { ...rest, storage: "constant", offset };
  });
  const blockTensors = blocks.map(({ bytes }, i): PlanTensor => {
    const shape = { dtype: "u8", layout: "plain", dims: [bytes], pixelStride: 0, storage: "arena" } as const;
    return { name: `block ${i}`, ...shape, offset: places[i]! };
  });
  const portsOf = (touched: ReadonlySet<number>): PlanPort[] =>
    [...touched].map((i) => ({
      name: `block ${i}`,
      dtype: "u8",
      dims: [blocks[i]!.bytes],
      tensor: tensors.length + i,
      countTensor: -1,
    }));
  const { read, written } = touchedBlocks(plan, steps, blocks);
  const renumber = (tensor: number): number => (tensor < 0 ? -1 : used.indexOf(tensor));
  const small: Plan = {
    version: PLAN_VERSION,
    name: "host steps",
    tensors: [...tensors, ...blockTensors],
    steps: steps.map(
      (step) =>
        ({ ...step, inputs: step.inputs.map(renumber), outputs: step.outputs.map(renumber) }) as typeof step,
    ),
    inputs: portsOf(read),
    outputs: portsOf(written),
    arenaBytes: up(arenaBytes, 64),
    constants,
    constantBytes,
  };
  const list = (set: ReadonlySet<number>): Block[] => [...set].map((i) => blocks[i]!);
  return { small, reads: list(read), writes: list(written) };
}

/** Whole words: what is copied from a GPU comes in these. */
const range = (tensor: PlanTensor): Block => {
  const start = Math.floor(tensor.offset / 4) * 4;
  return { offset: start, bytes: Math.max(4, up(tensor.offset + tensorBytes(tensor), 4) - start) };
};

/** Those that overlap become one. */
function join(ranges: readonly Block[]): Block[] {
  const joined: { offset: number; bytes: number }[] = [];
  for (const { offset, bytes } of [...ranges].sort((a, b) => a.offset - b.offset)) {
    const last = joined.at(-1);
    if (last !== undefined && offset < last.offset + last.bytes)
      last.bytes = Math.max(last.bytes, offset + bytes - last.offset);
    else joined.push({ offset, bytes });
  }
  return joined;
}

const blockOf = (blocks: readonly Block[], { offset }: PlanTensor): number =>
  blocks.findLastIndex((block) => block.offset <= offset);

/** The blocks that steps read before they have written what they read, and those that they write to. */
function touchedBlocks({ tensors }: DecodedPlan, steps: DecodedPlan["steps"], blocks: readonly Block[]) {
  const read = new Set<number>();
  const written = new Set<number>();
  const done: PlanTensor[] = [];
  for (const { inputs, outputs } of steps) {
    for (const number of inputs) {
      const tensor = tensors[number];
      if (tensor?.storage !== "arena") continue;
      const covered = done.some(
        (other) =>
          other.offset <= tensor.offset &&
          other.offset + tensorBytes(other) >= tensor.offset + tensorBytes(tensor),
      );
      if (!covered) read.add(blockOf(blocks, tensor));
    }
    for (const number of outputs) {
      const tensor = tensors[number];
      if (tensor === undefined) continue;
      done.push(tensor);
      written.add(blockOf(blocks, tensor));
    }
  }
  // Around what is written in a block lies what others wrote.
  for (const block of written) {
    const { offset, bytes } = blocks[block]!;
    if (!done.some((tensor) => range(tensor).offset === offset && range(tensor).bytes === bytes))
      read.add(block);
  }
  return { read, written };
}
