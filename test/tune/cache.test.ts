/** The text of measurements: back as it was, and anything else refused with a sentence. */
import {
  cacheName,
  type Environment,
  formatCache,
  MOST_CACHE_BYTES,
  parseCache,
} from "../../src/tune/cache.ts";
import { siteKey, type Times } from "../../src/tune/candidates.ts";
import { assert, random, suite } from "../shim.ts";
import { ENVIRONMENT, site } from "./support.ts";

const test = suite("tune: cache");

const entries = new Map<string, Times>([
  [siteKey(site(64, 32, 10)), { auto: 1.25, winograd4: 0.5 }],
  [siteKey(site(3, 7, 224, { strides: [2, 2] })), { auto: 1e-3 }],
]);
const text = formatCache(ENVIRONMENT, entries);

const problem = (bad: string, environment = ENVIRONMENT): string => {
  const result = parseCache(bad, environment);
  assert.ok("problem" in result, "expected a refusal");
  return result.problem as string;
};

test("round trip, in order", () => {
  const back = parseCache(text, ENVIRONMENT);
  assert.ok(!("problem" in back));
  assert.equal([...back], [...entries]);
  assert.equal([...(parseCache(formatCache(ENVIRONMENT, new Map()), ENVIRONMENT) as typeof entries)], []);
});

test("another environment has another name, and its text is refused", () => {
  const others: Environment[] = Object.keys(ENVIRONMENT).map((key) => ({
    ...ENVIRONMENT,
    [key]: key === "plan" || key === "threads" ? 7 : "x",
  }));
  const names = [ENVIRONMENT, ...others].map(cacheName);
  assert.is(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[\w.-]+$/);
  for (const other of others) assert.match(problem(text, other), /another version or on another machine/);
});

test("the cap drops what was measured longest ago", () => {
  const many = new Map(Array.from({ length: 5000 }, (_, i): [string, Times] => [`n1 ${i}x1x1`, { auto: 1 }]));
  const back = parseCache(formatCache(ENVIRONMENT, many), ENVIRONMENT) as typeof entries;
  assert.is(back.size, 4096);
  assert.is([...back.keys()].at(-1), "n1 4999x1x1");
  assert.not.ok(back.has("n1 0x1x1"));
});

test("hostile texts are refused as a whole", () => {
  const document = JSON.parse(text);
  const changed = (change: object): string => JSON.stringify({ ...document, ...change });
  const entry = (layer: unknown, ms: unknown): string => changed({ entries: [{ layer, ms }] });
  assert.match(problem(""), /not JSON/);
  assert.match(problem(text.slice(0, -4)), /not JSON/);
  assert.match(problem("null"), /schema/);
  assert.match(problem("[]"), /schema/);
  assert.match(problem(changed({ schema: "spinexr.tuning/2" })), /schema/);
  assert.match(problem(changed({ environment: null })), /another/);
  assert.match(problem(changed({ environment: [] })), /another/);
  assert.match(problem(changed({ entries: {} })), /list/);
  assert.match(problem(changed({ entries: Array(4097).fill(document.entries[0]) })), /list/);
  assert.match(problem(" ".repeat(MOST_CACHE_BYTES + 1)), /longer/);
  for (const bad of [null, 3, "", "a\nb", "<script>", "x".repeat(300)])
    assert.match(problem(entry(bad, { auto: 1 })), /entry 0/);
  for (const bad of [null, 3, [], { auto: 0 }, { auto: -1 }, { auto: null }, { auto: "1" }, { auto: 1e30 }])
    assert.match(problem(entry("n1", bad)), /entry 0/);
  assert.match(problem(entry("n1", { fft: 1 })), /entry 0/);
  assert.match(problem(text.replace('"auto":1.25', '"__proto__":1.25')), /entry 0/);
  assert.match(problem(text.replace('"auto":1.25', '"constructor":1.25')), /entry 0/);
});

test("no damaged text is taken for another one, or throws", () => {
  const next = random(41);
  for (let i = 0; i < 3000; i++) {
    const bytes = [...text];
    for (let n = 1 + Math.floor(3 * next()); n > 0; n--)
      bytes[Math.floor(bytes.length * next())] = String.fromCharCode(Math.floor(128 * next()));
    const result = parseCache(bytes.join(""), ENVIRONMENT);
    if ("problem" in result) continue;
    for (const [key, times] of result) {
      assert.match(key, /^[\w ,/]+$/);
      for (const ms of Object.values(times)) assert.ok(ms > 0 && ms < 1e7);
    }
  }
});

test.run();
