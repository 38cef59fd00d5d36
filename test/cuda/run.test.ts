/** The checks for a machine with a GPU run from end to end: a part of them, on the emulated library. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { assert, skip, suite } from "../shim.ts";
import { emulation, missingEmulation } from "../support/cuda-emulation.ts";

const test = suite("checks for a GPU");

/** The status and all words of run.ts with these options. */
const run = (...options: string[]): Promise<{ status: number; words: string }> =>
  new Promise((resolve) => {
    const script = join(import.meta.dirname, "run.ts");
    execFile(process.execPath, [...process.execArgv, script, ...options], (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), words: `${stdout}${stderr}` }),
    );
  });

test("a missing library: one failure that says so", async () => {
  const { status, words } = await run("--library", "/nowhere/libspinexr_cuda.so");
  assert.is(status, 1);
  assert.match(words, "SPINEXR_CUDA names /nowhere/libspinexr_cuda.so");
  assert.match(words, "0 passed, 1 failed");
});

test("--quick on the emulation: operators, tiny networks, threads and processes", async () => {
  const missing = missingEmulation();
  if (missing !== null) skip(missing);
  const { status, words } = await run("--library", emulation()!, "--quick");
  assert.is(status, 0, words);
  assert.match(words, /\n\d+ passed, 0 failed/);
});

test.run();
