/**
 * Element-wise steps, copies, gathers, pools, reductions and normalisations of the CUDA library on the emulated device,
 * in three orders of the threads, against the core's reference kernels.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasCommand, type Job, root, sources, temporaryFolder } from "../cpp/build.ts";
import { assert, skip, suite } from "../shim.ts";
import { buildEmulated, runInOrder } from "./build.ts";

const test = suite("cuda elementwise");
const folder = temporaryFolder();
test.after(() => rmSync(folder, { recursive: true, force: true }));

const compiler = process.env.CXX ?? "c++";
const KERNELS = [
  ...["arg_reduce", "binary", "convert", "copy", "gather"],
  ...["normalize", "pool", "reduce", "softmax", "unary"],
];
const EMULATED = [
  ...KERNELS.map((name) => `native/cuda/kernels/${name}.cu`),
  ...["binary", "copy", "elementwise", "pool", "reduce", "softmax"].map(
    (name) => `native/cuda/ops/${name}.cpp`,
  ),
  ...["harness", "test", "moves_test", "axes_test"].map((name) => `test/cuda/elementwise_${name}.cpp`),
];

/** The core, without the steps that others test, and without optimisation: it has little to do. */
function coreJobs(): Job[] {
  const { core } = JSON.parse(readFileSync(join(root, "native/sources.json"), "utf8")) as {
    readonly core: readonly string[];
  };
  const elsewhere = /^(image|detection)\/|^ops\/(boxes|conv|detection|gemm|matmul|strassen|winograd)|^engine/;
  const used = core.filter((source) => !elsewhere.test(source));
  const flags = ["-std=c++20", "-O0", "-fno-exceptions", "-fno-rtti", "-DSPX_HAVE_REFERENCE"];
  return [...used, "detection/top_k.cpp", "kernels/reference/kernels.cpp"].map((source) => ({
    source: `native/${source}`,
    flags: [...flags, `-I${join(root, "native")}`, ...sources.flags],
  }));
}

test("what each step gives is what the core gives", async () => {
  if (process.platform !== "linux") skip("the emulation is for Linux");
  if (!hasCommand(compiler)) skip(`no C++ compiler (${compiler})`);
  const program = await buildEmulated(compiler, EMULATED, folder, coreJobs());
  for (const order of ["forward", "reverse", "random:5"])
    assert.match(await runInOrder(program, order, []), /good\n$/);
});

test.run();
