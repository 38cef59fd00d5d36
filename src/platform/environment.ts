/** What the surrounding process says: environment variables, processors, names for reports. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

/** An environment variable, undefined when unset or empty. */
export function variable(
  name:
    | "SPINEXR_NATIVE"
    | "SPINEXR_CUDA"
    | "SPINEXR_FORCE_ISA"
    | "SPINEXR_CACHE"
    | "XDG_CACHE_HOME"
    | "LOCALAPPDATA",
): string | undefined {
  const value = process.env[name];
  return value === "" ? undefined : value;
}

/** Folder names of platform packages: "linux-x64". */
export const platformName = (): string => `${process.platform}-${process.arch}`;

/** "Node 20.20.2". */
export const runtimeName = (): string => `Node ${process.versions.node}`;

/** "AMD EPYC 9654", or the architecture where the system does not say. */
export const processorName = (): string => cpus()[0]?.model.trim() || process.arch;

/** Processors this process may use: affinity (by the runtime) and cgroup v2 quota, which Node 20 overlooks. At least 1. */
export function processorCount(): number {
  let quota = Number.POSITIVE_INFINITY;
  try {
    const [limit, period] = readFileSync("/sys/fs/cgroup/cpu.max", "utf8").trim().split(" ").map(Number);
    if (limit > 0 && period > 0) quota = Math.max(1, Math.round(limit / period));
  } catch {
    // no cgroup v2: no quota
  }
  return Math.max(1, Math.min(availableParallelism(), quota));
}
