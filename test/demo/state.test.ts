/** What the page knows: worklist, which findings are shown, reports as the command line writes them. */

import type { ScreeningReport } from "../../demo/engine.ts";
import { documentOf } from "../../demo/export/reports.ts";
import { createApp, type Item } from "../../demo/state/app.ts";
import { ruleAccount, shownFindings } from "../../demo/state/sieve.ts";
import { Store } from "../../demo/state/store.ts";
import { addItems, ordered, patchItem, removeItem, select } from "../../demo/state/worklist.ts";
import { decide } from "../../src/tasks/decide.ts";
import { assert, random, suite } from "../shim.ts";

const test = suite("demo: state");
const next = random(5);

const LABELS = ["Osteophytes", "Other lesions"];
const thresholds = { abnormal: 0.4, findingWhenNormal: 0.5, finding: { Osteophytes: 0.3 } };

/** A report whose lists the engine's own rule made. */
function report(probability: number, count = 30): ScreeningReport {
  const found = Array.from({ length: count }, (_, i) => ({
    label: LABELS[i % 2]!,
    score: Math.round(next() * 1000) / 1000,
    box: [i, i, i + 5, i + 9] as const,
  })).sort((a, b) => b.score - a.score);
  const abnormal = { probability, threshold: 0.4, positive: probability >= 0.4, members: [] };
  return {
    abnormal,
    ...decide(found, abnormal, thresholds),
    provenance: { thresholds } as unknown as ScreeningReport["provenance"],
    timings: {
      decode: 1,
      preprocess: 1,
      classify: 1,
      detect: 1,
      postprocess: 1,
      total: 5,
      stages: [{ stage: "detect", name: "d", start: 0, ms: 1, run: { start: 0, steps: [] } }],
    },
    warnings: [],
  };
}

test("watchers hear of what they picked, and of nothing else", () => {
  const store = new Store({ a: 1, b: 2 });
  const heard: number[] = [];
  const end = store.watch(
    ({ a }) => [a],
    (a) => heard.push(a),
  );
  store.set({ b: 3 });
  store.set({ a: 4 });
  store.set({ a: 4 });
  end();
  store.set({ a: 5 });
  assert.equal(heard, [1, 4]);
});

test("pictures come, are chosen, ordered and taken out", () => {
  const app = createApp();
  const source = new Blob([]);
  addItems(app, [
    { name: "a", source },
    { name: "b", source },
    { name: "c", source },
  ]);
  const [a, b, c] = app.state.items.map(({ id }) => id) as [number, number, number];
  assert.is(app.state.selected, a);
  patchItem(app, b, { status: "done", report: report(0.9) });
  patchItem(app, c, { status: "done", report: report(0.2) });
  const order = (abnormalFirst: boolean): string =>
    ordered({ items: app.state.items, abnormalFirst })
      .map(({ name }) => name)
      .join("");
  assert.is(order(false), "abc");
  assert.is(order(true), "bca");
  removeItem(app, a);
  assert.is(app.state.selected, b);
  select(app, c);
  removeItem(app, c);
  assert.is(app.state.selected, b);
  removeItem(app, b);
  assert.is(app.state.selected, null);
  addItems(app, []);
  assert.is(app.state.items.length, 0);
});

test("the sieve shows the rule's findings, those it dropped too, or all from a score on", () => {
  for (const probability of [0.1, 0.9]) {
    const made = report(probability);
    const own = shownFindings(made, { least: null, dropped: false });
    assert.equal(
      own.map(({ score }) => score),
      made.findings.map(({ score }) => score),
    );
    const all = shownFindings(made, { least: null, dropped: true });
    assert.is(all.length, made.findings.length + made.suppressed.length);
    assert.is(all.filter(({ dropped }) => dropped).length, made.suppressed.length);
    const some = shownFindings(made, { least: 0.6, dropped: false });
    assert.ok(some.every(({ score }) => score >= 0.6));
    assert.is(some.length, all.filter(({ score }) => score >= 0.6).length);
    assert.equal(
      some.map(({ number }) => number),
      some.map((_, i) => i + 1),
    );
    assert.ok(some.every(({ score }, i) => i === 0 || some[i - 1]!.score >= score));
  }
  assert.equal(shownFindings(null, { least: null, dropped: true }), []);
});

test("what the rule did adds up", () => {
  for (const probability of [0.1, 0.9]) {
    const made = report(probability);
    const { found, kept, unsure, normal } = ruleAccount(made);
    assert.is(found, 30);
    assert.is(kept + unsure + normal, found);
    const below = [...made.findings, ...made.suppressed].filter(
      ({ label, score }) => label === "Osteophytes" && score < 0.3,
    );
    assert.is(unsure, below.length);
    if (probability >= 0.4) assert.is(normal, 0);
  }
});

test("the document has reports without steps, errors with their code, and nothing of what waits", () => {
  const item = (patch: Partial<Item>): Item => ({
    id: 1,
    name: "x.dcm",
    source: new Blob([]),
    status: "done",
    report: null,
    failure: null,
    ...patch,
  });
  const made = report(0.9);
  const text = documentOf([
    item({ report: made }),
    item({ name: "bad", failure: { code: "INVALID_PNG", message: "It is none." }, status: "failed" }),
    item({ name: "waits", status: "waiting" }),
  ]);
  const { schema, reports } = JSON.parse(text);
  assert.is(schema, "spinexr.reports/1");
  assert.is(reports.length, 2);
  assert.is(reports[0].input, "x.dcm");
  assert.is(reports[0].timings.stages[0].run, undefined);
  assert.equal(reports[0].findings, JSON.parse(JSON.stringify(made.findings)));
  assert.equal(reports[1], { input: "bad", error: { code: "INVALID_PNG", message: "It is none." } });
  assert.ok(text.endsWith("\n"));
});

test.run();
