/** Long-lived processes: the event loop stays free, cancelling works within a run, memory goes back. */
import { readFileSync } from "node:fs";
import { findFamily } from "../../src/convert/architectures/families.ts";
import { readCheckpoint } from "../../src/convert/checkpoint/read-checkpoint.ts";
import { loadModel, loadNetwork, readImage, type SpineXRError } from "../../src/index.node.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { assert, random, suite } from "../shim.ts";
import { randomDenseNet } from "../support/random-densenet.ts";
import { writeCheckpoint } from "../support/torch-writer.ts";

const test = suite("lifetime");
const BACKENDS = ["cpu", "wasm"] as const;

/** A DenseNet that runs long enough to look at from outside. */
const large: Promise<Uint8Array> = (async () => {
  const size = {
    style: "reference",
    blocks: [6, 6],
    init: 32,
    growth: 16,
    bottleneck: 64,
    outputs: 1,
  } as const;
  const state = await readCheckpoint(
    writeCheckpoint(randomDenseNet({ ...size, blocks: [...size.blocks] }, random(1))),
  );
  return writeModel(findFamily("densenet").convert(state, "densenet").model);
})();
const SIDE = 512;
const image = { dims: [1, 3, SIDE, SIDE], data: new Float32Array(3 * SIDE * SIDE).fill(0.5) };

for (const backend of BACKENDS) {
  test(`${backend}: timers fire while a network runs`, async () => {
    await using network = await loadNetwork(await large, { backend, threads: 1 });
    await network.run({ image });
    let ticks = 0;
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      ticks++;
    }, 2);
    const start = performance.now();
    for (let i = 0; i < 5; i++) await network.run({ image });
    const total = performance.now() - start;
    clearInterval(timer);
    console.log(
      `NOTE ${backend}: ${ticks} ticks in ${total.toFixed(0)} ms, longest pause ${longest.toFixed(0)} ms`,
    );
    assert.ok(ticks > total / 25, `${ticks} ticks of a 2 ms timer in ${total} ms`);
  });

  test(`${backend}: a signal stops a run before its end, and the network still works`, async () => {
    await using network = await loadNetwork(await large, { backend, threads: 1 });
    const expected = await network.run({ image });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 3);
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () => network.run({ image }, { signal: controller.signal })),
    );
    const aborted = results.filter((result) => result.status === "rejected");
    assert.ok(aborted.length >= 5, `${aborted.length} of 6 runs were cancelled`);
    for (const result of aborted) assert.is((result.reason as SpineXRError).code, "ABORTED");
    assert.equal(await network.run({ image }), expected);
  });
}

test("200 cycles of load, screen, dispose do not grow the process", async () => {
  const picture = await readImage(
    readFileSync(new URL("../../models/samples/lumbar-ap.dcm", import.meta.url)),
  );
  const cycle = async (backend: "cpu" | "wasm"): Promise<void> => {
    await using model = await loadModel("sample-tiny", { backend, threads: 2 });
    await model.screen(picture);
  };
  const rss = (): number => {
    globalThis.gc?.();
    return process.memoryUsage.rss() / 2 ** 20;
  };
  // An allocator may still settle in the first 200 cycles (arenas per thread, young generation); a leak grows in every 200.
  const ROUNDS = 3;
  const LIMIT = 24;
  for (const backend of BACKENDS) {
    for (let i = 0; i < 30; i++) await cycle(backend);
    const seen = [rss()];
    const growth = (): number => (seen.at(-1) ?? 0) - (seen.at(-2) ?? 0);
    do {
      for (let i = 0; i < 200; i++) await cycle(backend);
      seen.push(rss());
    } while (growth() >= LIMIT && seen.length <= ROUNDS);
    const text = `${seen.map((value) => value.toFixed(0)).join(", ")} MB after 30, 230, ... cycles`;
    console.log(`NOTE ${backend}: ${text}`);
    assert.ok(growth() < LIMIT, `${backend}: ${text}`);
  }
});

test.run();
