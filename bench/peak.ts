/** What the machine can do at most: peak.cpp, compiled for it. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { cached } from "./cache.ts";

export interface Peak {
  readonly threads: number;
  /** Fused multiply-adds of float32, 2 operations each. */
  readonly gflops: number;
  /** Read plus written by a copy in main memory. */
  readonly gbytes: number;
}

const SOURCE = join(import.meta.dirname, "peak.cpp");

/** null without a C++ compiler ($CXX, or c++). */
export async function measurePeak(threads: number): Promise<Peak | null> {
  const compiler = process.env.CXX ?? "c++";
  try {
    const program = await cached("peak", ["bench/peak.cpp"], async (path) =>
      succeed(compiler, ["-std=c++20", "-O3", "-march=native", "-pthread", SOURCE, "-o", path]),
    );
    const [gflops, gbytes] = succeed(program, [String(threads)])
      .split(" ")
      .map(Number);
    return { threads, gflops: gflops!, gbytes: gbytes! };
  } catch (error) {
    console.error(`No shares of the machine's peak: ${(error as Error).message}`);
    return null;
  }
}

function succeed(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return stdout;
  throw error ?? new Error(`${command} ended with status ${status}. ${stderr}`);
}
