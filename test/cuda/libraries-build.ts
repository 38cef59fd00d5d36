/** Builds the wrappers of NVIDIA's libraries, the stand-ins for those libraries, and the program that drives them. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compileObjects, execute, hasCommand, root, sources, temporaryFolder } from "../cpp/build.ts";
import { assert, skip } from "../shim.ts";

export const compiler = process.env.CXX ?? "c++";
export const folder = temporaryFolder();
const good = join(folder, "good");
/** The folder of stand-ins that lack a function each. */
export const incomplete = join(folder, "incomplete");
const program = join(folder, "libraries");

const LIBRARIES = ["library", "driver", "cudnn", "cublas_lt"].map(
  (name) => `native/cuda/libraries/${name}.cpp`,
);
const FLAGS = ["-std=c++20", "-O1", "-g", "-Wall", "-Wextra", "-Werror", `-I${join(root, "native")}`];
const CORE = [...FLAGS, ...sources.flags, "-fPIC", "-fno-exceptions", "-fno-rtti"];
const SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/** Builds a stand-in; `missing` is a function that it then lacks. */
async function standIn(name: string, file: string, into: string, missing?: string): Promise<void> {
  const source = join(root, `test/cuda/libraries_fake_${name}.cpp`);
  const rename = missing === undefined ? [] : [`-D${missing}=a_function_by_another_name`];
  await execute(compiler, [...FLAGS, ...rename, "-fPIC", "-shared", source, "-o", join(into, file)]);
}

let built: Promise<void> | undefined;
/** Everything that the tests below run, once. */
export function buildLibraries(): Promise<void> {
  if (process.platform !== "linux") skip("the libraries are Linux's");
  if (!hasCommand(compiler)) skip(`${compiler} is not installed`);
  built ??= (async () => {
    for (const path of [good, incomplete, join(folder, "objects")]) mkdirSync(path);
    await standIn("driver", "libcuda.so.1", good);
    await standIn("cudnn", "libcudnn.so.9", good);
    await standIn("cublas_lt", "libcublasLt.so.13", good);
    await standIn("driver", "libcuda.so.1", incomplete, "cuDeviceGetCount");
    await standIn("cudnn", "libcudnn.so.9", incomplete, "cudnnSetConvolutionGroupCount");
    await standIn("cublas_lt", "libcublasLt.so.12", incomplete, "cublasLtMatmul");
    const all = [...LIBRARIES, "native/base/status.cpp"].map((source) => ({
      source,
      flags: [...CORE, ...SANITIZE],
    }));
    const main = { source: "test/cuda/libraries_test.cpp", flags: [...FLAGS, ...SANITIZE] };
    const objects = await compileObjects(compiler, [...all, main], join(folder, "objects"));
    await execute(compiler, [...SANITIZE, ...objects, "-ldl", "-lpthread", "-o", program]);
  })();
  return built;
}

/** Runs the program over the stand-ins in `libraries`; its lines. */
export async function runLibraries(
  command: string,
  settings: Record<string, string> = {},
  libraries = good,
): Promise<string[]> {
  await buildLibraries();
  const env = {
    ...process.env,
    SPINEXR_CUDNN_PATH: libraries,
    SPINEXR_CUBLAS_PATH: libraries,
    LD_LIBRARY_PATH: libraries,
    ...settings,
  };
  const child = spawnSync(program, command.split(" "), { env, encoding: "utf8" });
  assert.is(child.status, 0, `${command}: ${child.signal ?? child.status}\n${child.stdout}${child.stderr}`);
  return child.stdout.split("\n").filter((line) => line !== "");
}

/** The wrappers as one shared library, without sanitizers; its path. */
export async function shareLibraries(): Promise<string> {
  const objects = join(folder, "shared");
  mkdirSync(objects);
  const jobs = [...LIBRARIES, "native/base/status.cpp"].map((source) => ({ source, flags: CORE }));
  const library = join(folder, "libshim.so");
  const made = await compileObjects(compiler, jobs, objects);
  await execute(compiler, ["-shared", "-Wl,--no-undefined", ...made, "-ldl", "-o", library]);
  return library;
}

export function removeLibraries(): void {
  rmSync(folder, { recursive: true, force: true });
}
