/** The machine, and who used its processors while something was timed. */
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { runtimeName } from "../src/platform/environment.ts";

export interface Machine {
  readonly cpu: string;
  readonly processors: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  /** As spinexr bench --merge shows it. */
  readonly runtime: string;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    processors: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    runtime: runtimeName(),
  };
}

/** Processor time so far, in kernel ticks. */
export interface LoadSample {
  /** All processors together, idle or not. */
  readonly total: number;
  /** Not idle: any process, the kernel, and what the host took away. */
  readonly busy: number;
  /** Of each process that was asked for. */
  readonly processes: ReadonlyMap<number, number>;
}

/** Linux only: null elsewhere, where foreign load stays unknown. */
export function sampleLoad(pids: readonly number[]): LoadSample | null {
  try {
    const line = readFileSync("/proc/stat", "utf8").split("\n", 1)[0]!;
    // user nice system idle iowait irq softirq steal; the guest columns are within user
    const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
    const total = ticks.reduce((a, b) => a + b, 0);
    const idle = ticks[3]! + ticks[4]!;
    return { total, busy: total - idle, processes: new Map(pids.map((pid) => [pid, processTicks(pid)])) };
  } catch {
    return null;
  }
}

/** Fields 14 and 15 of /proc/PID/stat, counted behind the name, which may hold spaces. */
function processTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

export interface Load {
  /** Share of all processor time that went to anything but the processes in question, 0 to 1. */
  readonly foreign: number;
  /** Share that went to the processes that should have been idle. */
  readonly idlePeers: number;
}

/** @param active the process that was timed; the other processes of the samples, this one apart, should have been idle */
export function loadBetween(
  before: LoadSample | null,
  after: LoadSample | null,
  active: number,
): Load | null {
  if (before === null || after === null || after.total === before.total) return null;
  const total = after.total - before.total;
  let own = 0;
  let idle = 0;
  for (const [pid, ticks] of after.processes) {
    const used = ticks - (before.processes.get(pid) ?? ticks);
    own += used;
    if (pid !== active && pid !== process.pid) idle += used;
  }
  const foreign = Math.max(0, after.busy - before.busy - own);
  return { foreign: foreign / total, idlePeers: idle / total };
}
