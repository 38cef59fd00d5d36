/** The next picture is read and prepared while networks have the last one: shown by the order of events, not by time. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodePng } from "../../src/image/png-write.ts";
import {
  loadModel,
  type Radiograph,
  readImage,
  type ScreeningReport,
  type SpineXRError,
  screenAll,
} from "../../src/index.node.ts";
import { assert, random, suite } from "../shim.ts";

const test = suite("overlap");
const next = random(21);
const phantom = new Uint8Array(readFileSync(join(import.meta.dirname, "../../models/samples/lumbar-ap.dcm")));

function noise(height: number, width: number): Uint8Array {
  return encodePng({ pixels: new Uint8Array(height * width).map(() => next() * 256), height, width });
}

test("a picture is decoded while the one before is being screened", async () => {
  const events: string[] = [];
  const begun = [0, 1, 2, 3].map(() => deferred());
  // Ends only when the next picture has come this far: without overlap it never would.
  const model = {
    async screen({ height }: Radiograph): Promise<ScreeningReport> {
      const index = height - 20; // small pictures may overtake each other in reading
      events.push(`begin ${index}`);
      begun[index]!.resolve();
      await begun[index + 1]?.promise;
      events.push(`end ${index}`);
      return {} as ScreeningReport;
    },
  };
  for await (const { error } of screenAll(
    model,
    [20, 21, 22, 23].map((height) => noise(height, 30)),
  ))
    assert.is(error, null);
  assert.is(events.length, 8);
  for (const index of [0, 1, 2])
    assert.ok(events.indexOf(`begin ${index + 1}`) < events.indexOf(`end ${index}`), events.join(", "));
});

for (const backend of ["cpu", "wasm"] as const)
  test(`${backend}: pictures prepared beside a running network give what they give alone`, async () => {
    await using model = await loadModel(undefined, { backend, threads: 2 });
    const files = [phantom, noise(701, 503), phantom, noise(97, 1201), noise(1, 1)];
    const alone: Partial<ScreeningReport>[] = [];
    for (const file of files) alone.push(answer(await model.screen(await readImage(file))));
    const together: Partial<ScreeningReport>[] = [];
    for await (const { report } of screenAll(model, files, { ahead: 4 })) together.push(answer(report!));
    assert.equal(together, alone);
  });

for (const backend of ["cpu", "wasm"] as const)
  test(`${backend}: screenings between cancelled ones give what they give alone`, async () => {
    await using model = await loadModel(undefined, { backend, threads: 2 });
    // Of one size, so that all want memory of the same length.
    const images = await Promise.all([1, 2, 3].map(async () => readImage(noise(301, 203))));
    const alone: Partial<ScreeningReport>[] = [];
    for (const image of images) alone.push(answer(await model.screen(image)));
    let cancelled = 0;
    const calls = Array.from({ length: 36 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, next() * 60));
      const controller = new AbortController();
      if (i % 6 === 0) queueMicrotask(() => controller.abort());
      else if (i % 3 === 0) setTimeout(() => controller.abort(), next() * 40);
      try {
        const report = await model.screen(images[(i % 4) % 3]!, { signal: controller.signal });
        assert.equal(answer(report), alone[(i % 4) % 3]);
      } catch (error) {
        if (!controller.signal.aborted || (error as SpineXRError).code !== "ABORTED") throw error;
        cancelled++;
      }
    });
    await Promise.all(calls);
    assert.ok(cancelled > 0);
  });

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const answer = ({ abnormal, findings, suppressed }: ScreeningReport): Partial<ScreeningReport> => ({
  abnormal,
  findings,
  suppressed,
});

test("the event loop has its turns while a PNG is read and its samples are hashed", async () => {
  const file = noise(1900, 1700);
  let turns = 0;
  let reading = true;
  const turn = (): void => {
    turns++;
    if (reading) setImmediate(turn);
  };
  setImmediate(turn);
  await readImage(file);
  reading = false;
  // 3.2 megabytes are unfiltered a megabyte and hashed half a megasample at a time.
  assert.ok(turns >= 8, `${turns} turns`);
});

test.run();
