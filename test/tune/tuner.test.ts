/** When something is measured, kept and used: with a measurer that only pretends. */
import type { ProgressEvent } from "../../src/api/progress.ts";
import { chooseConvAlgorithm } from "../../src/plan/conv-algorithm.ts";
import { cacheName, formatCache, parseCache } from "../../src/tune/cache.ts";
import { siteKey, type Times } from "../../src/tune/candidates.ts";
import type { Measure } from "../../src/tune/measure.ts";
import { memoryStore, type TuningStore } from "../../src/tune/store.ts";
import { type TuneMode, Tuner } from "../../src/tune/tuner.ts";
import { assert, suite } from "../shim.ts";
import { ENVIRONMENT, fakeMeasure, site } from "./support.ts";

const test = suite("tune: tuner");
const NAME = cacheName(ENVIRONMENT);

/** Agrees with the cost model. */
const quick = () =>
  fakeMeasure((layer, algorithm) => (algorithm === chooseConvAlgorithm(layer) ? 1.23456789 : 5));
const open = (store: TuningStore, measure: Measure, mode: TuneMode = "measure", onProgress?: () => void) =>
  new Tuner({ mode, environment: ENVIRONMENT, store, measure, onProgress });

/** Counts writes. */
function counting(): TuningStore & { writes: number } {
  const inner = memoryStore();
  const store = {
    writes: 0,
    read: inner.read,
    write: (name: string, text: string) => {
      store.writes++;
      return inner.write(name, text);
    },
  };
  return store;
}

test("equal layers are measured once, single candidates never; another tuner finds them", async () => {
  const store = counting();
  const measure = quick();
  const events: ProgressEvent[] = [];
  const tuner = new Tuner({
    mode: "measure",
    environment: ENVIRONMENT,
    store,
    measure,
    onProgress: (event) => events.push(event),
  });
  const sites = [site(64, 64, 10), site(64, 64, 10, { name: "twin" }), site(64, 64, 12), site(3, 8, 50)];
  await tuner.prepare(sites);
  assert.is(measure.asked.length, 2);
  assert.equal(events, [
    { phase: "tune", layer: "conv 64 64 10", index: 0, count: 2 },
    { phase: "tune", layer: "conv 64 64 12", index: 1, count: 2 },
  ]);
  assert.is(Math.min(...Object.values(tuner.times(sites[1]!)!)), 1.235, "rounded as it is kept");
  assert.is(tuner.times(sites[3]!), null);
  await tuner.prepare(sites);
  assert.is(measure.asked.length, 2);
  assert.is(store.writes, 1);

  const again = quick();
  const second = open(store, again);
  await second.prepare(sites);
  assert.equal(again.asked, []);
  assert.is(store.writes, 1);
  assert.equal(second.times(sites[0]!), tuner.times(sites[0]!));
});

test("cached measures and writes nothing; remeasure does all again, once", async () => {
  const store = counting();
  const sites = [site(64, 64, 10), site(64, 64, 12)];
  const idle = quick();
  const empty = open(store, idle, "cached");
  await empty.prepare(sites);
  assert.is(empty.times(sites[0]!), null);
  await open(store, quick()).prepare(sites.slice(0, 1));
  const cached = open(store, idle, "cached");
  await cached.prepare(sites);
  assert.ok(cached.times(sites[0]!) !== null && cached.times(sites[1]!) === null);
  assert.equal(idle.asked, []);
  assert.is(store.writes, 1);
  const fresh = fakeMeasure(() => 7);
  const again = open(store, fresh, "remeasure");
  await again.prepare(sites);
  await again.prepare(sites);
  assert.is(fresh.asked.length, 2);
  assert.is(again.times(sites[0]!)?.auto, 7);
});

test("who is to replace the cost model's choice has to win twice", async () => {
  const layer = site(64, 64, 40);
  assert.is(chooseConvAlgorithm(layer), "winograd4");
  const tune = async (...rounds: readonly Times[]) => {
    const left = [...rounds];
    const tuner = open(memoryStore(), async () => left.shift()!);
    await tuner.prepare([layer]);
    assert.is(left.length, 0);
    return tuner.times(layer);
  };
  const usual = { auto: 9, winograd2: 8, winograd4: 7, strassen: 10 };
  assert.equal(await tune(usual), usual, "once is enough to stay");
  assert.equal(await tune({ ...usual, winograd2: 5 }, { ...usual, winograd2: 7.5 }), {
    ...usual,
    winograd2: 7.5,
  });
  assert.equal(await tune({ ...usual, winograd2: 5 }, { ...usual, winograd2: 6, winograd4: 6.5 }), {
    ...usual,
    winograd2: 6,
    winograd4: 6.5,
  });
});

test("a layer in a network with more candidates is measured with all of them", async () => {
  const store = memoryStore();
  const plain = site(64, 64, 10, { averaged: false });
  await open(store, quick()).prepare([plain]);
  const measure = quick();
  const tuner = open(store, measure);
  await tuner.prepare([plain, site(64, 64, 10), plain]);
  assert.equal(measure.asked, ["conv 64 64 10: auto winograd2 winograd4 strassen"]);
  assert.ok(tuner.times(plain)?.strassen !== undefined, "kept together");
});

test("what cannot be measured stays with the cost model", async () => {
  const measure = fakeMeasure(() => null);
  const store = counting();
  const tuner = open(store, measure);
  for (let i = 0; i < 2; i++) await tuner.prepare([site(64, 64, 10)]);
  assert.is(measure.asked.length, 1);
  assert.is(tuner.times(site(64, 64, 10)), null);
  assert.is(store.writes, 0);
});

test("what was measured before the signal fires, or something fails, is kept", async () => {
  const store = memoryStore();
  const stop = new AbortController();
  const measure: Measure = async (layer) => {
    if (layer.output[0] === 12) stop.abort(new Error("enough"));
    stop.signal.throwIfAborted();
    return { auto: 1, winograd2: 1, winograd4: 1, strassen: 1 };
  };
  const sites = [10, 12, 14].map((size) => site(64, 64, size));
  let caught: unknown;
  await open(store, measure)
    .prepare(sites, stop.signal)
    .catch((error) => {
      caught = error;
    });
  assert.match(String(caught), /enough/);
  const left = quick();
  await open(store, left).prepare(sites);
  assert.equal(
    left.asked.map((line) => line.split(":")[0]),
    ["conv 64 64 12", "conv 64 64 14"],
  );
});

test("calls at once measure one after another and nothing twice", async () => {
  let running = 0;
  const asked: string[] = [];
  const measure: Measure = async (layer) => {
    assert.is(++running, 1);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running--;
    asked.push(layer.name);
    return { auto: 1, winograd2: 1, winograd4: 1, strassen: 1 };
  };
  const tuner = open(memoryStore(), measure);
  const sizes = [[10, 12], [12, 14], [10]].map((list) => list.map((size) => site(64, 64, size)));
  await Promise.all(sizes.map((sites) => tuner.prepare(sites)));
  assert.equal(asked, ["conv 64 64 10", "conv 64 64 12", "conv 64 64 14"]);
});

test("two tuners on one store keep each other's measurements", async () => {
  const store = memoryStore();
  const [a, b] = [open(store, quick()), open(store, quick())];
  await Promise.all([a.prepare([]), b.prepare([])]);
  await a.prepare([site(64, 64, 10)]);
  await b.prepare([site(64, 64, 12)]);
  const kept = parseCache((await store.read(NAME))!, ENVIRONMENT);
  assert.equal(
    [...(kept as Map<string, unknown>).keys()],
    [10, 12].map((size) => siteKey(site(64, 64, size))),
  );
});

test("a bad or unreadable store is a warning, and a bad text is replaced", async () => {
  const store = memoryStore();
  await store.write(NAME, '{"schema":"evil"}');
  const tuner = open(store, quick());
  await tuner.prepare([site(64, 64, 10)]);
  assert.is(tuner.warnings.length, 1);
  assert.match(tuner.warnings[0]!, /ignored: its schema/);
  assert.ok(!("problem" in parseCache((await store.read(NAME))!, ENVIRONMENT)));

  const broken: TuningStore = {
    read: () => Promise.reject(new Error("no disk")),
    write: () => Promise.reject(new Error("no space")),
  };
  const other = open(broken, quick());
  await other.prepare([site(64, 64, 10)]);
  assert.ok(other.times(site(64, 64, 10)) !== null, "tuned all the same");
  assert.equal(
    other.warnings.map((warning) => /no (disk|space)/.exec(warning)?.[0]),
    ["no disk", "no space"],
  );
});

test("a text in the store cannot choose what may not compute a layer", async () => {
  const store = memoryStore();
  const layer = site(64, 64, 10, { kernel: [1, 1], averaged: false });
  const forged = new Map([[siteKey(layer), { auto: 100, strassen: 1 }]]);
  await store.write(NAME, formatCache(ENVIRONMENT, forged));
  const tuner = open(store, quick(), "cached");
  await tuner.prepare([layer]);
  assert.is(tuner.times(layer), null, "there is nothing to choose");
});

test.run();
