/** One case: both sides opened, their answers compared, then timed in turns. */

import { summarize } from "../../src/benchmark/summary.ts";
import { takeTurns } from "../../src/benchmark/turns.ts";
import type { Architecture } from "../models.ts";
import { agree } from "./agree.ts";
import { type GpuCase, type NetworkCase, SCREENING, type ScreenCase } from "./cases.ts";
import {
  INPUTS,
  type NetworkInputs,
  type RivalJob,
  readNetwork,
  type Written,
  writeInputs,
  writePictures,
} from "./job.ts";
import { type BackendChoice, OurNetwork, OurScreening, type Ours } from "./ours.ts";
import type { GpuCaseResult } from "./results.ts";
import type { Peaks, Rival, Times } from "./rival.ts";
import { limitOf } from "./shares.ts";

export interface Settings {
  readonly rounds: number;
  /** What a turn should take; 0: one run, and none before. */
  readonly turnMs: number;
  readonly backend: BackendChoice;
  readonly profile: boolean;
}

export interface Context extends Settings {
  /** For files; removed by the caller. */
  readonly folder: string;
  /** The package that has it. */
  readonly networksWith: (architecture: Architecture) => Promise<Written>;
  readonly rival: Rival;
  readonly peaks: Peaks | null;
  /** false: the rival computes in float32 on the processor. */
  readonly onGpu: boolean;
}

/** @throws Error where a side fails, or answers differ: then nothing is timed */
export function compareCase(each: GpuCase, context: Context): Promise<GpuCaseResult> {
  return each.kind === "network" ? compareNetwork(each, context) : compareScreening(each, context);
}

async function compareNetwork(each: NetworkCase, context: Context): Promise<GpuCaseResult> {
  const { architecture, precision } = each;
  const { folder, backend, rival, peaks } = context;
  const written = await context.networksWith(architecture);
  const inputs = await writeInputs(folder, each);
  const model = await readNetwork(written, architecture);
  const network = written.networks.find((entry) => entry.architecture === architecture)!;
  const job = (type: NetworkCase["precision"], compile: boolean): RivalJob => ({
    kind: "network",
    precision: context.onGpu ? type : "fp32",
    compile,
    network,
    dims: inputs.dims,
    inputs: inputs.files,
  });
  let notes = "";
  // That both are the same network shows in single precision; halves decide close calls each in their own way.
  if (network.decoder !== null && precision === "fp16" && context.onGpu) {
    await rival.load("check", job("fp32", false));
    const single = await OurNetwork.open(model, "fp32", first(inputs), backend);
    try {
      notes = `fp32: ${agree(await single.run(0), await rival.infer("check", 0), "fp32")}; `;
    } finally {
      await single.dispose();
      await rival.unload("check");
    }
  }
  const how = await rival.load(each.name, job(precision, each.compile));
  const ours = await OurNetwork.open(model, precision, inputs, backend);
  try {
    const limit = peaks && limitOf(ours.plan, precision, peaks);
    const result = await compete(each, ours, how, context, notes);
    const shares = context.profile ? await ours.profile(5) : [];
    return { ...result, device: ours.device, images: each.dims[0], limit, shares };
  } finally {
    await ours.dispose();
    await rival.unload(each.name);
  }
}

const first = (inputs: NetworkInputs): NetworkInputs => ({ ...inputs, arrays: inputs.arrays.slice(0, 1) });

async function compareScreening(each: ScreenCase, context: Context): Promise<GpuCaseResult> {
  const { precision, size } = each;
  const { rival } = context;
  const { folder, networks } = await context.networksWith(SCREENING[0]);
  const { arrays, files } = await writePictures(context.folder, each);
  const type = context.onGpu ? precision : "fp32";
  const how = await rival.load(each.name, {
    kind: "screen",
    precision: type,
    folder,
    networks,
    size,
    pictures: files,
  });
  const ours = await OurScreening.open(folder, precision, arrays, size, context.backend);
  try {
    const result = await compete(each, ours, how, context, "");
    return { ...result, device: "", images: 1, limit: null, shares: [] };
  } finally {
    await ours.dispose();
    await rival.unload(each.name);
  }
}

type Turns = Omit<GpuCaseResult, "device" | "images" | "limit" | "shares">;

async function compete(
  { name, what, kind, precision, target, most }: GpuCase,
  ours: Ours,
  how: string,
  { rival, rounds, turnMs, backend }: Context,
  notes: string,
): Promise<Turns> {
  // Pictures resized by other code differ by a grey level here and there, whatever the precision.
  const exact = backend === "cpu" && kind === "network" ? "fp32" : precision;
  const difference = `${notes}${agree(await ours.run(0), await rival.infer(name, 0), exact)}`;
  const sides = { ours: (runs: number) => ours.time(runs), rival: (runs: number) => rival.time(name, runs) };
  const counts = { ours: 1, rival: 1 };
  const found: Record<keyof typeof sides, Times[]> = { ours: [], rival: [] };
  for (const side of ["ours", "rival"] as const) {
    if (turnMs === 0) continue;
    // The second time, since the first one finds cold caches and clocks.
    await sides[side](1);
    const { wallMs } = await sides[side](INPUTS);
    counts[side] = Math.min(2000, Math.max(INPUTS, Math.ceil(turnMs / summarize(wallMs).median)));
  }
  await takeTurns(["ours", "rival"] as const, rounds, async (side) => {
    found[side].push(await sides[side](counts[side]));
  });
  const medians = (side: keyof typeof sides) => {
    const of = (key: keyof Times) => found[side].flatMap((times) => [...times[key]]);
    const device = of("deviceMs");
    const wall = summarize(of("wallMs"));
    return { device: device.length === 0 ? null : summarize(device), wall };
  };
  const [own, other] = [medians("ours"), medians("rival")];
  // By the device where it is all the device's work; the answer of a screening is made by both.
  const ratio =
    kind === "network" && own.device !== null && other.device !== null
      ? other.device.median / own.device.median
      : other.wall.median / own.wall.median;
  return { name, what, target, most, how, difference, ours: own, rival: other, ratio };
}
