/** Network inputs made by the CUDA library on the emulated device have the processor's bits, in any order of threads. */
import { rmSync } from "node:fs";
import { hasCommand, temporaryFolder } from "../cpp/build.ts";
import { assert, skip, suite } from "../shim.ts";
import { buildEmulated, runInOrder } from "./build.ts";

const test = suite("cuda image");
const folder = temporaryFolder();
test.after(() => rmSync(folder, { recursive: true, force: true }));

const compiler = process.env.CXX ?? "c++";
const SOURCES = [
  "test/cuda/image_test.cpp",
  "native/cuda/kernels/image.cu",
  "native/cuda/kernels/image_plan.cpp",
  "native/image/filter.cpp",
  "native/image/resample.cpp",
  "native/kernels/reference/kernels.cpp",
  "native/base/status.cpp",
  "native/runtime/thread_pool.cpp",
];

test("inputs of several sizes from one picture are those of the processor", async () => {
  if (!hasCommand(compiler)) skip(`no C++ compiler (${compiler})`);
  const program = await buildEmulated(compiler, SOURCES, folder);
  assert.match(await runInOrder(program, "forward", []), /good\n$/);
  assert.match(await runInOrder(program, "reverse", ["small"]), /good\n$/);
  assert.match(await runInOrder(program, "random:3", ["small"]), /good\n$/);
});

test.run();
