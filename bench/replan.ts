/**
 * How long a network takes for its first input size and for further ones, and what it holds: ResNet-50-FPN with 38 M
 * parameters on the backend "cpu".
 *
 *     node --import tsx bench/replan.ts [SIZES]
 */
import { cpus } from "node:os";
import { EngineNetwork } from "../src/api/network.ts";
import type { BackendInstance } from "../src/backends/backend.ts";
import { cpuBackend } from "../src/backends/native/backend.ts";
import { summarize } from "../src/benchmark/summary.ts";
import { importGraph, type OnnxModel, parseModel } from "../src/onnx/import.ts";
import { writeModel } from "../src/onnx/write.ts";
import { ConstantMemo } from "../src/optimize/constant-memo.ts";
import { optimize } from "../src/optimize/pipeline.ts";
import { buildPlan } from "../src/plan/lower.ts";
import { resnetFpn } from "./resnet-fpn.ts";

const PHASES = ["import", "optimise", "plan", "prepare", "sum"] as const;
type Times = Record<(typeof PHASES)[number], number>;

/** Detectors pad to multiples of 32; the shorter side is 800, as far as the longer one stays below 1344. */
const FIRST = [800, 1344] as const;
const SECOND = [576, 1344] as const;

const dimsOf = ([height, width]: readonly [number, number]): number[] => [1, 3, height, width];
const further = (count: number): [number, number][] =>
  Array.from({ length: count }, (_, i) => [800 - 32 * (i % 10), 1312 - 32 * Math.floor(i / 10)]);

/** The parts of what EngineNetwork does for a new size, each timed. */
async function phases(model: OnnxModel, backend: BackendInstance, count: number): Promise<Times[]> {
  const memo = new ConstantMemo();
  const weights = await backend.createWeights();
  const times: Times[] = [];
  const executors = [];
  for (const size of [FIRST, SECOND, ...further(count)]) {
    const at = [performance.now()];
    const lap = (): number => at.push(performance.now());
    memo.begin();
    const imported = importGraph(model, { inputs: { image: { dims: dimsOf(size) } } });
    lap();
    const graph = optimize(imported, { memo });
    lap();
    const plan = buildPlan(graph);
    const constants = plan.constants.map((part) => ({
      ...part,
      bytes: part.bytes instanceof Uint8Array ? memo.canonical(part.bytes) : part.bytes,
    }));
    lap();
    executors.push(await backend.prepare({ ...plan, constants }, weights));
    lap();
    if (executors.length > 4) await executors.shift()?.dispose();
    const [i, o, p, e] = at.slice(1).map((end, k) => end - at[k]!) as [number, number, number, number];
    times.push({ import: i, optimise: o, plan: p, prepare: e, sum: i + o + p + e });
  }
  for (const executor of executors) await executor.dispose();
  await weights.dispose();
  return times;
}

async function memory(model: OnnxModel, backend: BackendInstance): Promise<string[]> {
  const settings = { rejected: [], owner: null, optimize: true };
  await using network = new EngineNetwork(model, backend, settings);
  const lines: string[] = [];
  let arenas = 0;
  for (const [i, size] of [FIRST, SECOND, ...further(2)].entries()) {
    const data = new Float32Array(3 * size[0] * size[1]);
    arenas += (await network.plan({ image: { dims: dimsOf(size), data } })).arenaBytes;
    const bytes = await network.bytes();
    const [all, arena, rest] = [bytes, arenas, bytes - arenas].map((b) => (b / 1e6).toFixed(0));
    if (i === 0 || i === 3)
      lines.push(`${i + 1} plan(s): ${all} MB, of which arenas ${arena}, weights and scratch ${rest}`);
  }
  return lines;
}

const count = Number(process.argv[2] ?? 20);
const bytes = writeModel(resnetFpn());
const parseStart = performance.now();
const model = parseModel(bytes);
const parsed = performance.now() - parseStart;
const backend = await cpuBackend.open({ threads: cpus().length });
try {
  const times = await phases(model, backend, count);
  const row = (name: string, of: (phase: (typeof PHASES)[number]) => number): void =>
    console.log(name.padEnd(26), PHASES.map((phase) => of(phase).toFixed(1).padStart(9)).join(""));
  console.log(
    `file ${(bytes.length / 1e6).toFixed(0)} MB, parsed in ${parsed.toFixed(0)} ms, kernels ${backend.isa}; ms:`,
  );
  console.log("".padEnd(26), PHASES.map((phase) => phase.padStart(9)).join(""));
  row(`first, ${FIRST.join(" x ")}`, (phase) => times[0]![phase]);
  row(`second, ${SECOND.join(" x ")}`, (phase) => times[1]![phase]);
  row(`median of ${count} further`, (phase) => summarize(times.slice(2).map((t) => t[phase])).median);
  row("slowest of them", (phase) => Math.max(...times.slice(2).map((t) => t[phase])));
  for (const line of await memory(model, backend)) console.log(line);
} finally {
  await backend.dispose();
}
