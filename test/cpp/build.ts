/** Builds C++ test programs from native/sources.json with the system's compiler, in a folder that the tests remove. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

interface Isa {
  readonly sources: readonly string[];
  readonly flags: readonly string[];
  readonly on: readonly string[];
}
export const sources = JSON.parse(readFileSync(join(root, "native/sources.json"), "utf8")) as {
  readonly flags: readonly string[];
  readonly isa: Readonly<Record<string, Isa>>;
};

/** One object file: the source relative to the repository's root, and its flags. */
export interface Job {
  readonly source: string;
  readonly flags: readonly string[];
}

const COMMON = ["-std=c++20", "-O3", "-Wall", "-Wextra", `-I${join(root, "native")}`];
const CORE = [...COMMON, ...sources.flags, "-fno-exceptions", "-fno-rtti"];

/** Names of the kernel sets that `platform` ("x64", "arm64", "wasm", "wasm-relaxed") builds. */
export function isasOn(...platforms: readonly string[]): string[] {
  return Object.keys(sources.isa).filter((name) =>
    sources.isa[name]?.on.some((on) => platforms.includes(on)),
  );
}

/** The objects of one kernel set, each with that set's flags. */
export function isaJobs(name: string, common: readonly string[] = CORE): Job[] {
  const isa = sources.isa[name];
  if (isa === undefined) throw new Error(`native/sources.json has no kernel set ${name}`);
  return isa.sources.map((source) => ({ source: `native/${source}`, flags: [...common, ...isa.flags] }));
}

/** The kernel test with the given kernel sets. */
export function kernelTestJobs(isas: readonly string[], common?: readonly string[]): Job[] {
  const defines = isas.map((name) => `-DSPX_HAVE_${name.toUpperCase()}`);
  return [
    { source: "test/cpp/kernels_test.cpp", flags: [...(common ?? [...COMMON, ...sources.flags])] },
    { source: "native/kernels/select.cpp", flags: [...(common ?? CORE), ...defines] },
    { source: "native/base/cpu_features.cpp", flags: [...(common ?? CORE)] },
    ...isas.flatMap((name) => isaJobs(name, common)),
  ];
}

/** Whether `command --version` runs. */
export function hasCommand(command: string): boolean {
  return spawnSync(command, ["--version"]).status === 0;
}

/** A new folder for objects; the caller removes it. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "spinexr-test-"));
}

/** Compiles the jobs, two at a time; the paths of the objects. Throws with the compiler's words. */
export async function compileObjects(
  compiler: string,
  jobs: readonly Job[],
  folder: string,
): Promise<string[]> {
  const outputs = jobs.map((_, index) => join(folder, `${index}.o`));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < jobs.length) {
      const index = next++;
      const job = jobs[index] as Job;
      await execute(compiler, [...job.flags, "-c", join(root, job.source), "-o", outputs[index] as string]);
    }
  };
  await Promise.all([worker(), worker()]);
  return outputs;
}

/** Runs a command to its end and gives its stdout; throws with both streams when the status is not 0. */
export function execute(command: string, args: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", failed);
    child.on("close", (status, signal) => {
      if (status === 0) done(stdout);
      else failed(new Error(`${command} ended with ${signal ?? status}\n${stdout}${stderr}`));
    });
  });
}
