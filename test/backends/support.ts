/** Tiny plans with known answers, and every build of the core behind one opener. */
import type { BackendInstance, BackendOptions } from "../../src/backends/backend.ts";
import type { BackendName } from "../../src/backends/names.ts";
import { BACKENDS } from "../../src/backends/registry.ts";
import type { Plan, PlanTensor } from "../../src/plan/plan.ts";
import { PLAN_VERSION } from "../../src/plan/plan.ts";
import { type Step, UNARY_OPS } from "../../src/plan/steps.ts";
import { skip } from "../shim.ts";
import { EMULATED, missingEmulation, openEmulated } from "../support/cuda-emulation.ts";

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

const vector = (
  name: string,
  length: number,
  storage: PlanTensor["storage"],
  offset: number,
): PlanTensor => ({
  name,
  dtype: "f32",
  layout: "plain",
  dims: [1, length],
  pixelStride: 0,
  storage,
  offset,
});

function planOf(
  tensors: PlanTensor[],
  steps: Step[],
  arenaBytes: number,
  constants: Plan["constants"],
  constantBytes: number,
): Plan {
  const port = (tensor: number) => ({
    name: tensors[tensor].name,
    dtype: "f32" as const,
    dims: tensors[tensor].dims,
    tensor,
    countTensor: -1,
  });
  return {
    version: PLAN_VERSION,
    name: "test",
    tensors,
    steps,
    inputs: [port(0)],
    outputs: [port(1)],
    arenaBytes,
    constants,
    constantBytes,
  };
}

/** y = sin(sin(... x)), `count` times over `length` elements: as long a run as one likes. */
export function sinePlan(length: number, count: number): Plan {
  const tensors = [vector("x", length, "arena", 0), vector("y", length, "arena", align(4 * length))];
  const steps = Array.from(
    { length: count },
    (_, i): Step => ({
      kind: "unary",
      name: `sin ${i}`,
      inputs: [i === 0 ? 0 : 1],
      outputs: [1],
      fields: {
        op: UNARY_OPS.indexOf("sin"),
        rows: 1,
        cols: length,
        xStride: length,
        yStride: length,
        alpha: 0,
        beta: 0,
      },
    }),
  );
  return planOf(tensors, steps, 2 * align(4 * length), [], 0);
}

/** y = x * scale + shift, with constants that are views in the middle of a larger buffer. */
export function affinePlan(scale: readonly number[], shift: readonly number[]): Plan {
  const n = scale.length;
  const file = new Float32Array([7, ...scale, 7, 7, ...shift, 7]);
  const part = (start: number): Uint8Array => new Uint8Array(file.buffer, 4 * start, 4 * n);
  const tensors = [
    vector("x", n, "arena", 0),
    vector("y", n, "arena", align(4 * n)),
    { ...vector("scale", n, "constant", 0), dims: [n] },
    { ...vector("shift", n, "constant", align(4 * n)), dims: [n] },
  ];
  const step: Step = {
    kind: "scaleShift",
    name: "affine",
    inputs: [0, 2, 3],
    outputs: [1],
    fields: { rows: 1, cols: n, xStride: n, yStride: n, activation: 0, alpha: 0, beta: 0 },
  };
  const constants = [
    { offset: 0, bytes: part(1) },
    { offset: align(4 * n), bytes: part(n + 3) },
  ];
  return planOf(tensors, [step], 2 * align(4 * n), constants, 2 * align(4 * n));
}

/** float32 of sin applied `count` times. */
export function sines(x: number, count: number): number {
  let y = x;
  for (let i = 0; i < count; i++) y = Math.fround(Math.sin(y));
  return y;
}

export interface Target {
  readonly label: string;
  readonly backend: BackendName;
  readonly options: BackendOptions;
}

export const TARGETS: readonly Target[] = [
  { label: "cpu", backend: "cpu", options: { threads: 2 } },
  { label: "wasm simd", backend: "wasm", options: { threads: 1, wasmBuild: "simd" } },
  { label: "wasm simd-threads", backend: "wasm", options: { threads: 2, wasmBuild: "simd-threads" } },
  { label: "wasm relaxed-threads", backend: "wasm", options: { threads: 2, wasmBuild: "relaxed-threads" } },
  { label: EMULATED, backend: "cuda", options: { threads: 2 } },
];

/** Opens a target; skips the test where it cannot run here. */
export async function open(target: Target): Promise<BackendInstance> {
  if (target.backend === "cuda") {
    const missing = missingEmulation();
    return missing === null ? openEmulated(target.options) : skip(missing);
  }
  const backend = BACKENDS.find(({ name }) => name === target.backend)!;
  const probe = await backend.probe(target.options);
  if (!probe.available) skip(`${target.label}: ${probe.reason}`);
  return backend.open(target.options);
}

/** Elements of longPlan's ports. */
export const LENGTH = 1 << 16;

/** A run that takes about `count` times 0.1 ms or more: of fewer steps where a GPU is emulated. */
export const longPlan = ({ backend }: Target, count: number): Plan =>
  sinePlan(LENGTH, backend === "cuda" ? Math.ceil(count / 20) : count);

/** The code and message of what `work` throws or rejects with. */
export async function failureOf(
  work: Promise<unknown> | (() => unknown),
): Promise<{ code: string; message: string }> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
  throw new Error("expected a failure");
}
