/** The emulation of a GPU that the tests of kernels stand on: what must work does, and who breaks a rule is stopped. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { compileObjects, execute, hasCommand, root, temporaryFolder } from "../cpp/build.ts";
import { assert, skip, suite } from "../shim.ts";

const test = suite("cuda: emulation");

const FLAGS = [
  ...["-std=c++20", "-O2", "-Wall", "-Wextra", "-ffp-contract=off", "-DSPX_CUDA_EMULATION"],
  ...[`-I${join(root, "native")}`, `-I${join(root, "test/cuda")}`],
];
const SOURCES = [
  "test/cuda/emulation_test.cpp",
  ...["device", "fibers", "runtime"].map((name) => `test/cuda/emulation/${name}.cpp`),
  "native/base/status.cpp",
];

const folder = temporaryFolder();
let program: string | null = null;
test.before(async () => {
  if (!hasCommand("g++")) return;
  const objects = await compileObjects(
    "g++",
    SOURCES.map((source) => ({ source, flags: FLAGS })),
    folder,
  );
  program = join(folder, "emulation");
  await execute("g++", [...objects, "-o", program]);
});
test.after(() => rmSync(folder, { recursive: true }));

function built(): string {
  if (program === null) skip("no g++ here");
  return program as string;
}

/** Runs the program with the threads in one order. */
const ordered = (order: string, args: readonly string[]): Promise<string> =>
  execute("env", [`SPINEXR_EMULATION_ORDER=${order}`, built(), ...args]);

for (const order of ["forward", "reverse", `random:${Date.now()}`]) {
  test(`kernels, half precision and warps, ${order.split(":")[0]}`, async () => {
    assert.match(await ordered(order, []), "0 failures");
  });
}

const RULES = {
  barrier: "a thread ended while others wait for it at a barrier",
  begin: "does not call begin_kernel",
  memory: "wrote outside its memory",
  shared: "wrote behind its dynamic shared memory",
  warp: "lanes of a warp are at different instructions",
  threads: "whole warps",
} as const;

for (const [rule, sentence] of Object.entries(RULES)) {
  test(`who breaks the rule "${rule}" is stopped`, async () => {
    const words = await ordered("forward", [rule]).catch(String);
    assert.match(words, sentence);
    assert.not.match(words, "nothing stopped it");
  });
}

test.run();
