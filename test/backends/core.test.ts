/** Every build of the core behind BackendInstance: answers, queueing, cancelling, disposal, a free event loop. */
import { assert, suite } from "../shim.ts";
import { affinePlan, failureOf, LENGTH, longPlan, open, sinePlan, sines, TARGETS } from "./support.ts";

const test = suite("backends: core");
const ones = (): Float32Array => new Float32Array(LENGTH).fill(1);

for (const target of TARGETS) {
  const { label } = target;

  test(`${label}: runs a plan and reports steps`, async () => {
    const backend = await open(target);
    const executor = await backend.prepare(sinePlan(5, 3));
    const input = Float32Array.of(0, 0.5, 1, 2, -3);
    const { outputs, stepMs } = await executor.run([input], { profile: true });
    assert.is(outputs.length, 1);
    input.forEach((x, i) => {
      assert.ok(Math.abs(outputs[0][i] - sines(x, 3)) < 1e-6, `element ${i}`);
    });
    assert.is(stepMs?.length, 3);
    assert.is((await executor.run([input])).stepMs, undefined);
    assert.ok(executor.bytes > 0);
    assert.is(backend.threads, target.options.threads);
    await backend.dispose();
  });

  test(`${label}: lays constants where the plan says`, async () => {
    const backend = await open(target);
    const executor = await backend.prepare(affinePlan([1, 2, 3, 4, 5], [0.5, 0, -1, 10, 2]));
    const { outputs } = await executor.run([Float32Array.of(1, 1, 1, 1, -1)]);
    assert.equal([...outputs[0]], [1.5, 2, 2, 14, -3]);
    await backend.dispose();
  });

  test(`${label}: queues runs and keeps what it was given`, async () => {
    const backend = await open(target);
    const executor = await backend.prepare(sinePlan(4, 2));
    const input = new Float32Array(4);
    const finished: number[] = [];
    const runs = [1, 2, 3, 4].map(async (value, i) => {
      input.fill(value);
      const { outputs } = await executor.run([input]);
      finished.push(i);
      assert.ok(Math.abs(outputs[0][0] - sines(value, 2)) < 1e-6, `run ${i}`);
    });
    input.fill(99);
    await Promise.all(runs);
    assert.equal(finished, [0, 1, 2, 3]);
    await backend.dispose();
  });

  test(`${label}: two backends and four networks at once`, async () => {
    const backends = [await open(target), await open(target)];
    const executors = await Promise.all(
      [0, 1, 2, 3].map((i) => backends[i % 2].prepare(sinePlan(64, i + 1))),
    );
    const work = executors.flatMap((executor, i) =>
      [0.25, 0.5, 0.75].map(async (x) => {
        const { outputs } = await executor.run([new Float32Array(64).fill(x)]);
        assert.ok(Math.abs(outputs[0][63] - sines(x, i + 1)) < 1e-6);
      }),
    );
    await Promise.all(work);
    await Promise.all(backends.map((backend) => backend.dispose()));
  });

  test(`${label}: a signal ends a run at once and the network stays usable`, async () => {
    const backend = await open(target);
    const executor = await backend.prepare(longPlan(target, 1000));
    const short = await backend.prepare(sinePlan(4, 1));
    const controller = new AbortController();
    const run = failureOf(executor.run([ones()], { signal: controller.signal }));
    // Behind the first: of the same network where those of others go side by side.
    const [other, x] = backend.sideBySide ? [executor, ones()] : [short, new Float32Array(4)];
    const waiting = failureOf(other.run([x], { signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const start = performance.now();
    controller.abort();
    assert.is((await run).code, "ABORTED");
    assert.is((await waiting).code, "ABORTED");
    assert.ok(performance.now() - start < 100, `${performance.now() - start} ms`);
    assert.is(
      (await failureOf(short.run([new Float32Array(4)], { signal: controller.signal }))).code,
      "ABORTED",
    );
    const { outputs } = await short.run([Float32Array.of(1, 2, 3, 4)]);
    assert.ok(Math.abs(outputs[0][2] - Math.sin(3)) < 1e-6);
    await backend.dispose();
  });

  test(`${label}: the event loop stays free`, async () => {
    const backend = await open(target);
    const executor = await backend.prepare(longPlan(target, 400));
    await executor.run([ones()]);
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }, 5);
    const start = performance.now();
    await executor.run([ones()]);
    const took = performance.now() - start;
    clearInterval(timer);
    assert.ok(took > 40, `the run took ${took} ms, too short for this test`);
    assert.ok(longest < took / 2, `${longest} ms without the event loop in a run of ${took} ms`);
    await backend.dispose();
  });

  test(`${label}: dispose waits for the run, refuses what comes later`, async () => {
    const backend = await open(target);
    const executor = await backend.prepare(longPlan(target, 50));
    const order: string[] = [];
    const running = executor.run([ones()]).then(() => order.push("run"));
    const waiting = failureOf(executor.run([ones()]));
    const disposed = executor.dispose().then(() => order.push("dispose"));
    await Promise.all([running, disposed]);
    assert.equal(order, ["run", "dispose"]);
    assert.is((await waiting).code, "DISPOSED");
    assert.is((await failureOf(executor.run([ones()]))).code, "DISPOSED");
    await executor.dispose();

    const other = await backend.prepare(longPlan(target, 50));
    const last = other.run([ones()]);
    const pending = backend.prepare(sinePlan(8, 1));
    await Promise.all([backend.dispose(), backend.dispose(), last, pending.catch(() => undefined)]);
    assert.is((await failureOf(other.run([ones()]))).code, "DISPOSED");
    assert.is((await failureOf(backend.prepare(sinePlan(8, 1)))).code, "DISPOSED");
    const image = { pixels: new Uint8Array(4), height: 2, width: 2 };
    assert.is((await failureOf(backend.image.resize(image, 1, 1))).code, "DISPOSED");
  });

  test(`${label}: wrong inputs and a wrong plan are refused, in words`, async () => {
    const backend = await open(target);
    const plan = sinePlan(4, 1);
    const executor = await backend.prepare(plan);
    const count = await failureOf(executor.run([]));
    assert.is(count.code, "INVALID_ARGUMENT");
    assert.match(count.message, "Expected 1 inputs");
    const type = await failureOf(executor.run([new Int32Array(4)]));
    assert.is(type.code, "INVALID_ARGUMENT");
    assert.match(type.message, "Float32Array");
    assert.is((await failureOf(executor.run([new Float32Array(5)]))).code, "SHAPE_MISMATCH");
    const outside = { ...plan, tensors: plan.tensors.map((t) => ({ ...t, offset: t.offset + 1024 })) };
    const refused = await failureOf(backend.prepare(outside));
    assert.is(refused.code, "INVALID_PLAN");
    assert.ok(refused.message.length > 20, refused.message);
    await executor.run([new Float32Array(4)]);
    await backend.dispose();
  });

  test(`${label}: opening and closing leaves no memory behind`, async () => {
    const cycle = async (): Promise<void> => {
      const backend = await open(target);
      const executor = await backend.prepare(sinePlan(1 << 18, 1));
      await executor.run([new Float32Array(1 << 18)]);
      await backend.dispose();
    };
    const collect = globalThis.gc;
    if (collect === undefined) return;
    const cycles = async (n: number): Promise<number> => {
      for (let i = 0; i < n; i++) await cycle();
      collect();
      await new Promise((resolve) => setTimeout(resolve, 20));
      collect();
      return process.memoryUsage().rss / 2 ** 20;
    };
    // Allocators settle later where more threads allocate.
    const before = await cycles(target.backend === "cuda" ? 30 : 5);
    const after = await cycles(15);
    assert.ok(after - before < 30, `${before.toFixed()} MB, then ${after.toFixed()} MB`);
  });
}

test.run();
