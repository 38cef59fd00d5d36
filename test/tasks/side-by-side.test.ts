/** Networks one after another or at once, and tensors that go back however that ends. */
import type { EngineInput } from "../../src/api/tensor.ts";
import { type Prepared, withPrepared } from "../../src/tasks/prepare.ts";
import { runEach } from "../../src/tasks/side-by-side.ts";
import { assert, suite } from "../shim.ts";

const test = suite("side by side");

/** What began and ended, in order, where the first takes longer than the second. */
async function log(sideBySide: boolean): Promise<{ events: string[]; results: number[] }> {
  const events: string[] = [];
  const works = [20, 1].map((ms, i) => async () => {
    events.push(`begin ${i}`);
    await new Promise((resolve) => setTimeout(resolve, ms));
    events.push(`end ${i}`);
    return i;
  });
  return { results: await runEach(works, sideBySide), events };
}

test("order and results", async () => {
  const serial = await log(false);
  assert.equal(serial, { results: [0, 1], events: ["begin 0", "end 0", "begin 1", "end 1"] });
  const parallel = await log(true);
  assert.equal(parallel, { results: [0, 1], events: ["begin 0", "begin 1", "end 1", "end 0"] });
});

test("tensors are released behind what succeeds, abandoned behind what fails", async () => {
  const events: string[] = [];
  const prepared: Prepared = {
    conversion: "none",
    classify: new Map<string, EngineInput>(),
    detect: null,
    release: () => events.push("release"),
    abandon: () => events.push("abandon"),
  };
  assert.is(await withPrepared(prepared, async () => 7), 7);
  const failure = new Error("a run that failed");
  const found = await withPrepared(prepared, () => Promise.reject(failure)).catch((error) => error);
  assert.is(found, failure);
  assert.equal(events, ["release", "abandon"]);
});

test.run();
