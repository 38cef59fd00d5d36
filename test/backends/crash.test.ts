/** A thread that dies takes its backend with it: typed errors at once, never a hang. */
import { DrivenCore } from "../../src/backends/driven-core.ts";
import type { WasmBuild } from "../../src/backends/wasm/builds.ts";
import { chooseBuild } from "../../src/backends/wasm/builds.ts";
import { wasmDriver } from "../../src/backends/wasm/driver.ts";
import {
  type SpawnWorker,
  spawnWorker,
  type WorkerEvents,
  type WorkerModule,
} from "../../src/platform/workers.ts";
import { assert, skip, suite } from "../shim.ts";
import { failureOf, sinePlan } from "./support.ts";

const test = suite("backends: crash");

/** A core whose threads can be killed by their module's name. */
async function fragile(build: WasmBuild, threads: number) {
  const refusal = await failureOf(() => void chooseBuild(build)).catch(() => null);
  if (refusal !== null) skip(refusal.message);
  const kill = new Map<string, (error: Error) => void>();
  const spawn: SpawnWorker = (module, data, events: WorkerEvents) => {
    const handle = spawnWorker(module, data, events);
    kill.set(
      module.replace("backends/wasm/", ""),
      (error) => void handle.terminate().then(() => events.gone(error)),
    );
    return handle;
  };
  const driver = await wasmDriver({ build, threads, isa: "", spawn });
  return { core: new DrivenCore(driver), kill };
}

for (const [name, build] of [
  ["worker", "simd"],
  ["worker", "simd-threads"],
  ["pool-worker", "simd-threads"],
] as const) {
  test(`${build}: the ${name} dies in the middle of a run`, async () => {
    const { core, kill } = await fragile(build, build === "simd" ? 1 : 2);
    const session = await core.createSession(sinePlan(1 << 16, 2000));
    const input = [new Float32Array(1 << 16).fill(1)];
    const pending = [session.run(input), session.run(input), core.createSession(sinePlan(4, 1))].map((work) =>
      failureOf(work as Promise<unknown>),
    );
    const image = failureOf(
      core.image.resize({ pixels: new Uint8Array(1 << 20), height: 1024, width: 1024 }, 512, 512),
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    kill.get(name)?.(new Error("killed"));
    for (const work of [...pending, image]) {
      const { code, message } = await work;
      assert.is(code, "INTERNAL");
      assert.match(message, "killed");
      assert.match(message, "open");
    }
    const later = await failureOf(session.run(input));
    assert.is(later.code, "INTERNAL");
    assert.match(later.message, "open it again");
    await session.dispose().catch(() => undefined);
    await core.dispose();
    assert.is((await failureOf(core.createSession(sinePlan(4, 1)))).code, "DISPOSED");
  });
}

test("a thread that runs out of memory says so", async () => {
  const { core, kill } = await fragile("simd", 1);
  const session = await core.createSession(sinePlan(1 << 16, 2000));
  const run = failureOf(session.run([new Float32Array(1 << 16).fill(1)]));
  kill.get("worker")?.(Object.assign(new Error("heap limit"), { code: "ERR_WORKER_OUT_OF_MEMORY" }));
  assert.is((await run).code, "OUT_OF_MEMORY");
  assert.is((await failureOf(core.createSession(sinePlan(4, 1)))).code, "OUT_OF_MEMORY");
  await core.dispose();
});

test("a thread that does not start is an error of open", async () => {
  const spawn: SpawnWorker = (_, data, events) => spawnWorker("absent" as WorkerModule, data, events);
  const { code } = await failureOf(wasmDriver({ build: "simd", threads: 1, isa: "", spawn }));
  assert.is(code, "INTERNAL");
});

test.run();
