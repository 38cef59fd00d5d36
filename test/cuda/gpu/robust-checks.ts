/** What goes wrong on purpose, and other threads and processes: errors have their codes, and the engine goes on. */
import { fork } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { SpineXRError } from "../../../src/api/errors.ts";
import type { BackendInstance } from "../../../src/backends/backend.ts";
import { findCudaLibrary } from "../../../src/backends/cuda/library.ts";
import { loadAddon } from "../../../src/backends/native/binding.ts";
import { buildPlan } from "../../../src/plan/lower.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { runPlan } from "../../ops/run-plan.ts";
import { findMismatch } from "../../reference/compare.ts";
import { interpret } from "../../reference/interpret.ts";
import { random } from "../../shim.ts";
import { Sketch } from "../../support/build.ts";
import { type Check, expect, skipCheck } from "./report.ts";
import { FP32, withCuda } from "./variants.ts";

/** A number in the value of this variable makes a process run the child's task and end (run.ts). */
export const CHILD = "SPINEXR_CUDA_TEST_CHILD";

/** Convolution, normalisation, matrix product: an own result of one engine, or what is wrong with it. */
export async function smallNetwork(instance: BackendInstance, seed: number): Promise<string | null> {
  const sketch = new Sketch();
  const x = sketch.input("x", 2, 5, 9, 7);
  const graph = sketch.finish(
    sketch.relu(sketch.norm(sketch.conv(x, 12, { kernel: 3, pad: 1, bias: true }))),
  );
  const next = random(seed);
  const feeds = { x: Float32Array.from({ length: 2 * 5 * 9 * 7 }, () => 2 * next() - 1) };
  const outputs = await runPlan(instance, buildPlan(graph, instance.plans), feeds);
  for (const [name, { dims, data }] of interpret(graph, feeds)) {
    const mismatch = findMismatch(outputs.get(name)!.data, data, dims, { relative: 1e-4 });
    if (mismatch !== null) return mismatch;
  }
  return null;
}

/** The task of a worker thread and of a child process. */
export const childTask = (seed: number): Promise<string | null> =>
  withCuda(FP32, async (instance) => {
    for (let i = 0; i < 5; i++) {
      const problem = await smallNetwork(instance, seed + i);
      if (problem !== null) return problem;
    }
    return null;
  });

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (error) => (error instanceof SpineXRError ? error.code : String(error)),
  );

/** A plan whose arena alone has more bytes than the device. */
function tooLarge(bytes: number): Plan {
  const sketch = new Sketch();
  const side = 2 ** 15; // 4 GiB of float32 in a square
  let x = sketch.builder.add("expand", { inputs: [sketch.input("x", 1, 1)], dims: [side, side] })[0]!;
  for (let held = 0; held <= 1.2 * bytes; held += 4 * side * side) x = sketch.unary(x, "exp");
  const graph = sketch.finish(
    sketch.builder.add("reduce", { inputs: [x], op: "max", axes: [0, 1], keepDims: true })[0]!,
  );
  return buildPlan(graph, { reuseMemory: false, splitBatch: false });
}

/** @param emulated whether the library is the emulation, whose memory is the processor's */
export async function checkRobustness(check: Check, emulated: boolean): Promise<void> {
  await check("more memory than there is: OUT_OF_MEMORY, and the engine goes on", async () => {
    if (emulated) skipCheck("the emulation has the processor's memory");
    const { devices } = await loadAddon().cudaDevices(findCudaLibrary());
    await withCuda(FP32, async (instance) => {
      for (let i = 0; i < 2; i++) {
        const code = await codeOf(instance.prepare(tooLarge(devices[0]!.bytes)));
        expect(code === "OUT_OF_MEMORY", `expected OUT_OF_MEMORY, found ${code}`);
        const problem = await smallNetwork(instance, 40 + i);
        expect(problem === null, `afterwards: ${problem}`);
      }
    });
    return undefined;
  });
  await check("an index out of range: INVALID_ARGUMENT, and the session goes on", () =>
    withCuda(FP32, async (instance) => {
      const sketch = new Sketch();
      const indices = sketch.builder.input("i", "i32", [3]);
      const x = sketch.input("x", 4, 5);
      const graph = sketch.finish(sketch.builder.add("gather", { inputs: [x, indices], axis: 0 })[0]!);
      const executor = await instance.prepare(buildPlan(graph, instance.plans));
      const ports = (i: Int32Array) =>
        graph.inputs.map(({ name }) => (name === "i" ? i : Float32Array.from({ length: 20 }, (_, j) => j)));
      try {
        const code = await codeOf(executor.run(ports(Int32Array.of(0, 4, 1))));
        expect(code === "INVALID_ARGUMENT", `expected INVALID_ARGUMENT, found ${code}`);
        const { outputs } = await executor.run(ports(Int32Array.of(3, 0, -1)));
        const expected = [15, 16, 17, 18, 19, 0, 1, 2, 3, 4, 15, 16, 17, 18, 19];
        expect(outputs[0]!.join() === expected.join(), `afterwards: ${outputs[0]}`);
      } finally {
        await executor.dispose();
      }
      return undefined;
    }),
  );
  await check("engines side by side", async () => {
    const problems = await Promise.all([1, 2, 3, 4].map((i) => childTask(100 * i)));
    expect(
      problems.every((problem) => problem === null),
      problems.join("; "),
    );
    return undefined;
  });
  await check("worker threads, two at once, beside this one", async () => {
    const problems = await Promise.all([inWorker(1000), inWorker(2000), childTask(3000)]);
    expect(
      problems.every((problem) => problem === null),
      problems.join("; "),
    );
    return undefined;
  });
  await check("a child process beside this one, whose device is in use", () =>
    withCuda(FP32, async (instance) => {
      expect((await smallNetwork(instance, 1)) === null, "before");
      const problem = await inChild(4000);
      expect(problem === null, problem ?? "");
      expect((await smallNetwork(instance, 2)) === null, "afterwards");
      return undefined;
    }),
  );
}

/** run.ts, or the bundle that it has become. */
const entry = (): string => process.argv[1] ?? fileURLToPath(import.meta.url);

/** Node 20 reads TypeScript through tsx only, which every thread has to register for itself. */
function workerEntry(): URL {
  const module = pathToFileURL(entry());
  if (!module.pathname.endsWith(".ts")) return module;
  const tsx = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const code = `import { register } from ${tsx}; register(); await import(${JSON.stringify(module.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

function inWorker(seed: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerEntry(), { env: { ...process.env, [CHILD]: String(seed) } });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

function inChild(seed: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const child = fork(entry(), { env: { ...process.env, [CHILD]: String(seed) } });
    let answer: string | null = "it ended without an answer";
    child.once("message", (message) => {
      answer = (message as { problem: string | null }).problem;
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code === 0 ? answer : `it ended with ${code}`));
  });
}
