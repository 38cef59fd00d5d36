/**
 * Builds the GPU's convolutions and matrix products for the emulation, with stand-ins for NVIDIA's libraries, and compares
 * them with double loops: random sizes, every kernel, threads in three orders, and once with the sanitizers.
 */
import { randomInt } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compileObjects, execute, hasCommand, type Job, root, temporaryFolder } from "../cpp/build.ts";
import { assert, skip, suite } from "../shim.ts";
import { runInOrder } from "./build.ts";

const test = suite("cuda products");
const folder = temporaryFolder();
test.after(() => rmSync(folder, { recursive: true, force: true }));

const compiler = process.env.CXX ?? "c++";
const { flags, cuda } = JSON.parse(readFileSync(join(root, "native/sources.json"), "utf8")) as {
  readonly flags: readonly string[];
  readonly cuda: {
    readonly kernels: readonly string[];
    readonly host: readonly string[];
    readonly emulation: readonly string[];
  };
};
const FLAGS = [
  ...["-std=c++20", "-Wall", "-Wextra", "-Werror", "-fno-exceptions", "-fno-rtti", "-DSPX_CUDA_EMULATION"],
  ...[`-I${join(root, "native")}`, `-I${join(root, "test/cuda")}`, ...flags],
];
const OURS =
  /^cuda\/((kernels|ops)\/(conv|depthwise|implicit_gemm|matmul)|libraries\/(library|cudnn|cublas_lt)\.)/;
/** The stand-ins by the names that the library looks for. */
const LIBRARIES = { "libcudnn.so.9": "cudnn", "libcublasLt.so.13": "cublas_lt" };

async function build(name: string, extra: readonly string[], link: readonly string[]): Promise<string> {
  if (!hasCommand(compiler)) skip(`no C++ compiler (${compiler})`);
  const sources = [...cuda.kernels, ...cuda.host].filter((source) => OURS.test(source));
  const jobs: Job[] = [...sources, ...cuda.emulation, "base/status.cpp", "../test/cuda/gemm_test.cpp"].map(
    (source) => ({ source: `native/${source}`, flags: [...FLAGS, ...extra, "-x", "c++"] }),
  );
  const place = join(folder, name);
  mkdirSync(place);
  const objects = await compileObjects(compiler, jobs, place);
  await execute(compiler, [...link, ...objects, "-ldl", "-o", join(place, "gemm_test")]);
  return join(place, "gemm_test");
}

async function standIns(): Promise<void> {
  for (const [file, name] of Object.entries(LIBRARIES)) {
    const source = join(root, `test/cuda/libraries_fake_${name}.cpp`);
    await execute(compiler, [...FLAGS, "-O1", "-fPIC", "-shared", source, "-o", join(folder, file)]);
  }
}

test("products are those of double loops in any order of threads and blocks", async () => {
  const program = await build("plain", ["-O2"], []);
  await standIns();
  const variables = { SPINEXR_CUDNN_PATH: folder, SPINEXR_CUBLAS_PATH: folder, FAKE_QUIET: "1" };
  Object.assign(process.env, variables);
  for (const order of ["forward", "reverse", `random:${randomInt(1 << 30)}`]) {
    const seed = String(randomInt(1 << 30));
    console.log(`order ${order}, seed ${seed}`);
    assert.match(await runInOrder(program, order, ["6", seed]), /good\n$/);
  }
  for (const name of Object.keys(variables)) delete process.env[name];
});

test("products keep to their memory", async () => {
  const sanitize = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
  const program = await build("sanitized", ["-O1", "-g1", ...sanitize], sanitize);
  const seed = String(randomInt(1 << 30));
  console.log(`seed ${seed}`);
  assert.match(await execute(program, ["1", seed]), /good\n$/);
});

test.run();
