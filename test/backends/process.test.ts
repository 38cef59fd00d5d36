/** Whole processes: they end when they should, forgotten backends included, and worker threads may use backends. */
import { spawnSync } from "node:child_process";
import { Worker } from "node:worker_threads";
import { packagePath } from "../../src/platform/package-files.ts";
import { assert, suite } from "../shim.ts";
import { failureOf, open, TARGETS } from "./support.ts";

const test = suite("backends: process");
const SUPPORT = JSON.stringify(new URL("./support.ts", import.meta.url).href);
const SELECT = JSON.stringify(new URL("../../src/backends/select.ts", import.meta.url).href);

/** Runs an ES module text in a process of its own. */
function child(code: string, env: Record<string, string> = {}) {
  const start = performance.now();
  const result = spawnSync(
    process.execPath,
    ["--experimental-wasm-relaxed-simd", "--import", "tsx", "--input-type=module", "-e", code],
    { encoding: "utf8", cwd: packagePath("."), env: { ...process.env, ...env }, timeout: 30_000 },
  );
  return { ...result, ms: performance.now() - start };
}

for (const [index, target] of TARGETS.entries()) {
  const opened = `const { longPlan, open, sinePlan, TARGETS } = await import(${SUPPORT});
    const backend = await open(TARGETS[${index}]);
    const executor = await backend.prepare(longPlan(TARGETS[${index}], 20));
    const x = [new Float32Array(65536).fill(1)];`;

  test(`${target.label}: the process ends by itself`, async () => {
    await (await open(target)).dispose();
    const disposed = child(`${opened} await executor.run(x); await backend.dispose(); console.log("end");`);
    assert.is(disposed.stdout.trim(), "end", disposed.stderr);
    assert.is(disposed.status, 0);
    const forgotten = child(`${opened} await executor.run(x); console.log("end");`);
    assert.is(forgotten.stdout.trim(), "end", forgotten.stderr);
    assert.is(forgotten.status, 0);
    const awaited = child(`${opened} executor.run(x).then(() => console.log("end"));`);
    assert.is(awaited.stdout.trim(), "end", awaited.stderr);
    assert.is(awaited.status, 0);
    const left = child(`${opened} executor.run(x); process.exit(3);`);
    assert.is(left.status, 3, left.stderr);
  });

  test(`${target.label}: works in worker threads, which may be ended in the middle of a run`, async () => {
    await (await open(target)).dispose();
    const tsx = JSON.stringify(import.meta.resolve("tsx/esm/api"));
    const code = `import { register } from ${tsx}; register();
      const { parentPort } = await import("node:worker_threads");
      const { longPlan, open, sinePlan, TARGETS } = await import(${SUPPORT});
      const backend = await open(TARGETS[${index}]);
      const executor = await backend.prepare(sinePlan(4, 1));
      const { outputs } = await executor.run([Float32Array.of(0, 1, 2, 3)]);
      const long = await backend.prepare(longPlan(TARGETS[${index}], 1000));
      parentPort.postMessage(outputs[0][1]);
      await long.run([new Float32Array(65536).fill(1)]);`;
    const workers = [0, 1].map(() => new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`)));
    const answers = await Promise.all(
      workers.map(
        (worker) =>
          new Promise<number>((resolve, reject) => {
            worker.on("message", resolve);
            worker.on("error", reject);
          }),
      ),
    );
    for (const answer of answers) assert.ok(Math.abs(answer - Math.sin(1)) < 1e-6);
    await Promise.all(workers.map((worker) => worker.terminate()));
  });

  test(`${target.label}: ending worker threads at any moment leaves the process alone`, async () => {
    await (await open(target)).dispose();
    const busy = `import { register } from ${JSON.stringify(import.meta.resolve("tsx/esm/api"))}; register();
      const { parentPort } = await import("node:worker_threads");
      ${opened}
      parentPort.postMessage("begun");
      for (;;) {
        const other = backend.prepare(sinePlan(4096, 50));
        await Promise.all([executor.run(x), other.then((made) => made.dispose())]);
      }`;
    // In a process of its own: what is tested is that it survives.
    const ended = child(`import { Worker } from "node:worker_threads";
      const url = new URL(${JSON.stringify(`data:text/javascript,${encodeURIComponent(busy)}`)});
      await Promise.all(Array.from({ length: 8 }, async (_, i) => {
        const worker = new Worker(url);
        await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
        await new Promise((resolve) => setTimeout(resolve, i * 3));
        await worker.terminate();
      }));
      console.log("survived");`);
    assert.is(ended.stdout.trim(), "survived", ended.stderr);
    assert.is(ended.status, 0);
  });
}

const openAuto = `const { openBackend } = await import(${SELECT});
  const { instance, rejected } = await openBackend({ backend: "auto", threads: 1 });
  console.log(JSON.stringify({ name: instance.name, isa: instance.isa, rejected }));
  await instance.dispose();`;

test("auto goes past a backend that does not load, and says why", async () => {
  await (await open(TARGETS[1])).dispose();
  const { stdout, stderr } = child(openAuto, { SPINEXR_NATIVE: "/nowhere/spinexr.node" });
  const { name, rejected } = JSON.parse(stdout || stderr);
  assert.is(name, "wasm");
  assert.equal(
    rejected.map((one: { name: string }) => one.name),
    ["cuda", "cpu"],
  );
  assert.match(rejected[1].reason, "/nowhere/spinexr.node: not found");
  assert.match(rejected[1].reason, "SPINEXR_NATIVE");
});

test("a forced kernel set decides, or is refused with what exists", async () => {
  await (await open(TARGETS[1])).dispose();
  const forced = JSON.parse(child(openAuto, { SPINEXR_FORCE_ISA: "wasm_simd" }).stdout);
  assert.is(forced.name, "wasm");
  assert.is(forced.isa, "wasm_simd");
  assert.match(forced.rejected[1].reason, '"wasm_simd"');
  const reference = JSON.parse(child(openAuto, { SPINEXR_FORCE_ISA: "reference" }).stdout);
  assert.is(reference.isa, "reference");
  const unknown = child(openAuto, { SPINEXR_FORCE_ISA: "mmx" });
  assert.is(unknown.status, 1);
  assert.match(unknown.stderr, /BACKEND_UNAVAILABLE/);
  assert.match(unknown.stderr, /reference/);
});

test("a backend by name never falls back", async () => {
  const code = `const { openBackend } = await import(${SELECT}); await openBackend({ backend: "cpu", threads: 1 });`;
  const { status, stderr } = child(code, { SPINEXR_NATIVE: "/nowhere/spinexr.node" });
  assert.is(status, 1);
  assert.match(stderr, /BACKEND_UNAVAILABLE/);
});

test("threads are checked", async () => {
  const { openBackend } = await import("../../src/backends/select.ts");
  for (const threads of [0, 1.5, 1000, Number.NaN])
    assert.is((await failureOf(openBackend({ backend: "auto", threads }))).code, "INVALID_ARGUMENT");
  const simd = openBackend({ backend: "wasm", threads: 2, wasmBuild: "simd" });
  assert.is((await failureOf(simd)).code, "BACKEND_UNAVAILABLE");
});

test.run();
