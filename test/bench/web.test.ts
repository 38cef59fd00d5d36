/** The benchmark's page: how it measures, and that it runs in a browser. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSite } from "../../bench/web/build.ts";
import { driveChromium } from "../../bench/web/chromium.ts";
import type { Engine } from "../../bench/web/engines.ts";
import { measure } from "../../bench/web/measure.ts";
import { listen, siteServer } from "../../demo/make/server.ts";
import type { BenchDocument } from "../../src/benchmark/document.ts";
import { assert, suite } from "../shim.ts";
import { openBrowser } from "../web/support.ts";

const test = suite("benchmark page");

const each = { subject: "net", images: 2, networks: [{ onnx: "net.onnx", inputs: {} }] };
const [ONE, TWO] = [
  { name: "one", ...each },
  { name: "two", ...each, subject: "other" },
] as const;
const machine = { cpu: "c", processors: 1, system: "s", runtime: "r" };

function engine(name: string, answer: number, calls: string[], missing = ""): Engine {
  return {
    name,
    missing: async () => missing,
    async open(opened) {
      calls.push(`open ${name} ${opened.name}`);
      if (Number.isNaN(answer)) throw new Error("does not open");
      return {
        about: name,
        threads: 1,
        run: async () => ({ y: [answer] }),
        close: async () => void calls.push(`close ${name} ${opened.name}`),
      };
    },
  };
}

const run = (engines: readonly Engine[], signal: AbortSignal, results: BenchDocument[] = []) =>
  measure({
    cases: [ONE, TWO],
    engines,
    surroundings: { site: { cases: [], onnxruntime: null }, threads: 1 },
    machine,
    rounds: 2,
    signal,
    onProgress: (_, share) => assert.ok(share >= 0 && share <= 1),
    onResults: (document) => results.push(document),
  });

test("answers are held to the first engine's; who fails or is missing stops nobody", async () => {
  const calls: string[] = [];
  const engines = [
    engine("absent", 0, calls, "not here"),
    engine("first", 0.5, calls),
    engine("same", 0.50001, calls),
    engine("wrong", 0.6, calls),
    engine("broken", Number.NaN, calls),
  ];
  const results: BenchDocument[] = [];
  const { entries, skipped, failed } = await run(engines, new AbortController().signal, results);
  assert.equal(skipped, [{ name: "absent", reason: "not here" }]);
  assert.equal(
    entries.map((entry) => [entry.subject, entry.engine, entry.images, entry.difference === null]),
    [
      ["net", "first", 2, true],
      ["net", "same", 2, false],
      ["other", "first", 2, true],
      ["other", "same", 2, false],
    ],
  );
  for (const { count } of entries) assert.is(count, 10);
  assert.equal(
    failed.map(({ name }) => name),
    ["one, wrong", "one, broken", "two, wrong", "two, broken"],
  );
  assert.match(failed[0]!.reason, /answers differ by 1\.0e-1/);
  assert.equal(
    results.map((document) => document.entries.length),
    [2, 4],
  );
  // Whatever was opened is closed, the wrong one too.
  assert.is(calls.filter((call) => call.startsWith("close")).length, 6);
});

test("stopping closes what is open", async () => {
  const calls: string[] = [];
  const controller = new AbortController();
  const stopping = engine("first", 1, calls);
  const engines = [
    {
      ...stopping,
      open: async (...args: Parameters<Engine["open"]>) => {
        const opened = await stopping.open(...args);
        setTimeout(() => controller.abort(new Error("enough")), 20);
        return opened;
      },
    },
  ];
  await run(engines, controller.signal).then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, "enough"),
  );
  assert.equal(calls, ["open first one", "close first one"]);
});

test("the page runs in Chromium, and its results are a document", async () => {
  await (await openBrowser()).close();
  const out = mkdtempSync(join(tmpdir(), "spinexr-bench-web-"));
  await buildSite({ out, cases: ["classify"] });
  const server = siteServer(out, true);
  try {
    const url = `http://localhost:${await listen(server, 8390)}/`;
    const query = "?run&rounds=1&engine=spinexr%20wasm&machine=test";
    const { schema, entries, failed, machine: found } = await driveChromium(url + query, () => {});
    assert.is(schema, "spinexr.bench/1");
    assert.equal(failed, []);
    assert.is(entries.length, 1);
    assert.match(entries[0]!.engine, /^spinexr \S+ wasm \S+$/);
    assert.is(entries[0]!.subject, "DenseNet-121, 224 x 224");
    assert.ok(entries[0]!.median > 0);
    assert.is(found.cpu, "test");
    assert.match(found.runtime, /Chromium/);
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(out, { recursive: true });
  }
});

test.run();
