/** Turns, the runs of a turn, and what is made of their times. */
import { type Answers, differenceOf, largestDifference } from "../../src/benchmark/answers.ts";
import { burst } from "../../src/benchmark/burst.ts";
import { summarize } from "../../src/benchmark/summary.ts";
import { takeTurns } from "../../src/benchmark/turns.ts";
import { assert, suite } from "../shim.ts";

const test = suite("benchmark turns");

const waiting = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms));

test("every round has each contestant once, every other one backwards", async () => {
  const order: string[] = [];
  const rounds: number[] = [];
  await takeTurns(
    ["a", "b", "c"],
    3,
    async (name) => void order.push(name),
    (round) => rounds.push(round),
  );
  assert.is(order.join(""), "abccbaabc");
  assert.equal(rounds, [0, 1, 2]);
});

test("a turn that fails ends all", async () => {
  const order: string[] = [];
  const turn = async (name: string) => {
    order.push(name);
    if (name === "b") throw new Error("gone");
  };
  await takeTurns(["a", "b", "c"], 2, turn).then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, "gone"),
  );
  assert.is(order.join(""), "ab");
});

test("a burst runs until its time or its count is reached, at least once", async () => {
  let runs = 0;
  const count = async () => void runs++;
  assert.is((await burst(count, { warmUp: 2, runs: 5, ms: 1e6 })).length, 5);
  assert.is(runs, 7);
  assert.is((await burst(count, { warmUp: 0, runs: 5, ms: 0 })).length, 1);
  const times = await burst(waiting(20), { warmUp: 0, runs: 100, ms: 30 });
  assert.is(times.length, 2);
  // Timers of the system may be early by less than a millisecond.
  assert.ok(times.every((ms) => ms >= 19));
});

test("a burst stops where it is cancelled", async () => {
  const controller = new AbortController();
  let runs = 0;
  const run = async () => {
    if (++runs === 3) controller.abort(new Error("enough"));
  };
  const options = { warmUp: 0, runs: 10, ms: 1e6, signal: controller.signal };
  await burst(run, options).then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, "enough"),
  );
  assert.is(runs, 3);
});

test("summaries: median, deviation and tail by their definitions", () => {
  assert.equal(summarize([4, 1, 3, 2]), { count: 4, median: 2.5, p95: 3.8499999999999996, mad: 1, least: 1 });
  assert.equal(summarize([7]), { count: 1, median: 7, p95: 7, mad: 0, least: 7 });
  assert.throws(() => summarize([]), /No values/);
});

test("differences are relative above 1, absolute below; what is not a number differs", () => {
  assert.is(differenceOf(1000, 1010), 10 / 1010);
  assert.is(differenceOf(0.25, 0.5), 0.25);
  assert.is(differenceOf(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY), 0);
  assert.is(largestDifference({ a: [1, 2], b: [3] }, { a: [1, 2.5], b: [3] }), 0.2);
  for (const found of [{}, { a: [1] }, { a: [1, Number.NaN] }] as Answers[])
    assert.is(largestDifference(found, { a: [1, 2] }), Number.POSITIVE_INFINITY);
  assert.is(largestDifference({ a: [Number.NaN] }, { a: [Number.NaN] }), Number.POSITIVE_INFINITY);
});

test.run();
