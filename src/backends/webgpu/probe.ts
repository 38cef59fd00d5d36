/** Whether WebGPU is worth it: a small convolution, timed on it and on another backend that is open. */
import { GraphBuilder } from "../../graph/builder.ts";
import { buildPlan } from "../../plan/lower.ts";
import type { BackendInstance } from "../backend.ts";

/** 3 x 3, 64 to 64 channels on 56 x 56: 116 million multiply-adds, of a ResNet's and a DenseNet's middle. */
const SIZE = 56;
const CHANNELS = 64;
const RUNS = 5;

export interface ProbeTimes {
  /** Milliseconds of the fastest run after a first one. */
  readonly webgpu: number;
  readonly other: number;
  readonly faster: boolean;
}

/**
 * Runs the convolution on both, one after the other, with transfers as a network has them. Errors of either are handed on.
 * A share of a second on a GPU; on what stands in for one, several.
 */
export async function compareSpeed(webgpu: BackendInstance, other: BackendInstance): Promise<ProbeTimes> {
  const times = { webgpu: await time(webgpu), other: await time(other) };
  return { ...times, faster: times.webgpu < times.other };
}

async function time(instance: BackendInstance): Promise<number> {
  const builder = new GraphBuilder();
  const x = builder.input("x", "f32", [1, CHANNELS, SIZE, SIZE]);
  const values = Float32Array.from(
    { length: CHANNELS * CHANNELS * 9 },
    (_, i) => ((i * 37) % 101) / 101 - 0.5,
  );
  const [y] = builder.add("conv", {
    inputs: [x, builder.constant("w", values, [CHANNELS, CHANNELS, 3, 3]), null],
    kernel: [3, 3],
    strides: [1, 1],
    pads: [1, 1, 1, 1],
    dilations: [1, 1],
    group: 1,
  });
  const executor = await instance.prepare(buildPlan(builder.finish("probe", [y!]), instance.plans));
  try {
    const input = new Float32Array(CHANNELS * SIZE * SIZE).fill(0.5);
    await executor.run([input]);
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < RUNS; run++) {
      const start = performance.now();
      await executor.run([input]);
      best = Math.min(best, performance.now() - start);
    }
    return best;
  } finally {
    await executor.dispose();
  }
}
