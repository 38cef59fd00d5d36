/**
 * Element-wise steps, copies, gathers, pools, reductions and normalisations of the CUDA library, emulated, against the
 * core's reference kernels: with the address and undefined-behaviour sanitizers, in three orders of the threads.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  compileObjects,
  execute,
  hasCommand,
  type Job,
  root,
  sources,
  temporaryFolder,
} from "../cpp/build.ts";
import { assert, skip, suite } from "../shim.ts";

const test = suite("cuda elementwise");
const folder = temporaryFolder();
test.after(() => rmSync(folder, { recursive: true, force: true }));

const compiler = process.env.CXX ?? "c++";
const { core } = JSON.parse(readFileSync(join(root, "native/sources.json"), "utf8")) as {
  readonly core: readonly string[];
};
const SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const FLAGS = [
  ...["-std=c++20", "-Wall", "-Wextra", "-Werror", "-fno-exceptions", "-fno-rtti", "-DSPX_HAVE_REFERENCE"],
  ...[`-I${join(root, "native")}`, `-I${join(root, "test/cuda")}`, ...sources.flags],
];
const EMULATED = [...FLAGS, ...SANITIZE, "-O1", "-g1", "-DSPX_CUDA_EMULATION"];

const KERNELS = [
  "arg_reduce",
  "binary",
  "convert",
  "copy",
  "gather",
  "normalize",
  "pool",
  "reduce",
  "softmax",
  "unary",
];
const OPS = ["binary", "copy", "elementwise", "pool", "reduce", "softmax"];
const TESTS = ["elementwise_harness", "elementwise_test", "elementwise_moves_test", "elementwise_axes_test"];
/** The core without what other tests look at. */
const ELSEWHERE = /^(image|detection)\/|^ops\/(boxes|conv|detection|gemm|matmul|strassen|winograd)|^engine/;

function jobs(): Job[] {
  const emulated = [
    ...KERNELS.map((name) => `native/cuda/kernels/${name}.cu`),
    ...OPS.map((name) => `native/cuda/ops/${name}.cpp`),
    ...["device", "fibers", "runtime"].map((name) => `test/cuda/emulation/${name}.cpp`),
    ...TESTS.map((name) => `test/cuda/${name}.cpp`),
  ];
  const plain = [
    ...core.filter((source) => !ELSEWHERE.test(source)),
    "detection/top_k.cpp",
    "kernels/reference/kernels.cpp",
  ];
  return [
    ...emulated.map((source) => ({ source, flags: [...EMULATED, "-x", "c++"] })),
    ...plain.map((source) => ({ source: `native/${source}`, flags: [...FLAGS, "-O0"] })),
  ];
}

test("what each step gives is what the core gives, whatever the order of the threads", async () => {
  if (process.platform !== "linux") skip("the emulation is for Linux");
  if (!hasCommand(compiler)) skip(`no C++ compiler (${compiler})`);
  const objects = await compileObjects(compiler, jobs(), folder);
  const program = join(folder, "elementwise_test");
  await execute(compiler, [...SANITIZE, ...objects, "-pthread", "-o", program]);
  for (const order of ["forward", "reverse", "random"]) {
    process.env.SPINEXR_EMULATION_ORDER = order;
    assert.match(await execute(program, []), /good\n$/);
  }
});

test.run();
