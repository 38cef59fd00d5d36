/** Which tiles suit a device: large ones, which leave it few workgroups, or small ones; with barriers, where they are cheap. */
import { createResources, type Resources } from "./buffers.ts";
import type { GpuDevice } from "./device.ts";
import type { Operand, StepContext } from "./dispatch.ts";
import type { Schedule } from "./ops/gemm.ts";
import { matmul } from "./ops/matmul.ts";
import type { Program } from "./program.ts";
import { record } from "./session.ts";
import { WeightStore } from "./weights.ts";

/** Workgroups that products should have: of a GPU with many processors, and of one where single tiles keep it busy. */
const MANY = 256;
const FEW = 4;

/** A 1 x 1 convolution of 14 x 14 pixels, whose tiles are few: 13 million multiply-adds. */
const [M, N, K] = [196, 128, 512];
/** Of submissions; shorter ones are repeated. */
const LEAST_MS = 5;
const REPEATS = 32;

/** How much better the second candidate has to be: it is the one that takes longer to compile. */
const MARGIN = 1.3;

/** Of two candidates the faster. Throws DEVICE_LOST, OUT_OF_MEMORY, INTERNAL. */
export async function measureSchedule(gpu: GpuDevice): Promise<Schedule> {
  // Where a processor stands in for a GPU, barriers may cost more than what is shared; a GPU has no use for that.
  const candidates = [
    { tiled: !gpu.software, leastGroups: MANY },
    { tiled: true, leastGroups: FEW },
  ] as const;
  const store = new WeightStore();
  const source = { bytes: new Uint8Array(N * K * 4), start: 0, length: N * K * 4 };
  const constants = { store, name: () => "w", source: () => source };
  const all: Resources[] = [];
  try {
    for (const candidate of candidates) all.push(await createResources(gpu, product(candidate), constants));
    for (const resources of all) await time(gpu, resources, 1);
    let times = await timeEach(gpu, all, 1);
    if (Math.min(...times) < LEAST_MS) times = await timeEach(gpu, all, REPEATS);
    return times[1]! * MARGIN < times[0]! ? candidates[1] : candidates[0];
  } finally {
    for (const resources of all) resources.release();
  }
}

function product(schedule: Schedule): Program {
  const operand = (at: number, dims: readonly number[], constant: boolean): Operand => ({
    type: 0,
    at,
    dims,
    length: dims[0]! * dims[1]!,
    pixelStride: 0,
    layout: "plain",
    constant,
  });
  const operands = [operand(0, [M, K], false), operand(0, [K, N], true), operand(M * K, [M, N], false)];
  const find = (tensor: number): Operand | null => operands[tensor] ?? null;
  const context: StepContext = {
    operand: find,
    shape: (tensor) => operands[tensor]!,
    scratch: () => 0,
    schedule,
    error: 0,
    mark: 0,
  };
  const none = [0, 0, 0, 0] as const;
  const fields = {
    m: M,
    n: N,
    k: K,
    transA: 0,
    transB: 0,
    batch: [1, 1, 1, 1],
    aBatchStride: none,
    bBatchStride: none,
  };
  const rest = { scale: 1, activation: 0, alpha: 0, beta: 0 };
  const dispatches = matmul(
    { kind: "matmul", name: "", inputs: [0, 1, -1], outputs: [2], fields: { ...fields, ...rest } } as never,
    context,
  );
  const arenaBytes = (M * K + M * N) * 4;
  return { segments: [{ kind: "gpu", step: 0, dispatches }], constants: [], arenaBytes, errorOffset: 0 };
}

async function timeEach(gpu: GpuDevice, all: readonly Resources[], repeats: number): Promise<number[]> {
  const best = all.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 2; round++) {
    for (const [i, resources] of all.entries())
      best[i] = Math.min(best[i]!, await time(gpu, resources, repeats));
  }
  return best;
}

async function time(gpu: GpuDevice, { own, commands }: Resources, repeats: number): Promise<number> {
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (let i = 0; i < repeats; i++) record(pass, own, commands[0]!);
  pass.end();
  const start = performance.now();
  gpu.device.queue.submit([encoder.finish()]);
  await gpu.guard(() => gpu.device.queue.onSubmittedWorkDone());
  return performance.now() - start;
}
