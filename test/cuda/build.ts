/** Builds test programs of kernels on the emulated device, with sanitizers, and runs them. */
import { join } from "node:path";
import { compileObjects, execute, type Job, root, sources } from "../cpp/build.ts";

const SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const FLAGS = [
  ...["-std=c++20", "-O1", "-g1", "-Wall", "-Wextra", "-Werror"],
  ...["-fno-exceptions", "-fno-rtti", ...sources.flags],
  ...["-DSPX_CUDA_EMULATION", `-I${join(root, "native")}`, `-I${join(root, "test")}`],
  ...[`-I${join(root, "test", "cuda")}`, ...SANITIZE, "-x", "c++"],
];
const EMULATION = ["device", "fibers", "runtime"].map((name) => `test/cuda/emulation/${name}.cpp`);

/**
 * The program made of `sources` (relative to the repository's root), the emulation and `others`, which have flags of
 * their own; its path.
 */
export async function buildEmulated(
  compiler: string,
  sources: readonly string[],
  folder: string,
  others: readonly Job[] = [],
): Promise<string> {
  const jobs: Job[] = [...sources, ...EMULATION].map((source) => ({ source, flags: FLAGS }));
  const objects = await compileObjects(compiler, [...jobs, ...others], folder);
  const program = join(folder, "program");
  await execute(compiler, [...SANITIZE, ...objects, "-pthread", "-o", program]);
  return program;
}

/** Runs a program with the threads of each block, and the blocks, in an order of the emulation. */
export async function runInOrder(program: string, order: string, args: readonly string[]): Promise<string> {
  const before = process.env.SPINEXR_EMULATION_ORDER;
  process.env.SPINEXR_EMULATION_ORDER = order;
  try {
    return await execute(program, args);
  } finally {
    if (before === undefined) delete process.env.SPINEXR_EMULATION_ORDER;
    else process.env.SPINEXR_EMULATION_ORDER = before;
  }
}
