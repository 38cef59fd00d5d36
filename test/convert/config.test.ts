import { readFileSync } from "node:fs";
import { DetectorConfig } from "../../src/convert/config/detector-config.ts";
import { type ConfigTree, readYaml } from "../../src/convert/config/read-yaml.ts";
import { assert, shared, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";

const test = suite("detectron2 configurations");
const read = (text: string): Promise<ConfigTree> => readYaml(new TextEncoder().encode(text));
const MiB = 1 << 20;

test("plain YAML is read: anchors, both spellings of true, exponents", async () => {
  const tree = await read(
    "A: &id001 [1.0, 2.5e-3]\nB: *id001\nC: True\nD: false\nE: ''\nF: {G: [a, 'b c']}\n",
  );
  const list = [1, 0.0025];
  assert.equal(tree, { A: list, B: list, C: true, D: false, E: "", F: { G: ["a", "b c"] } });
});

test("what is not a plain mapping is refused, with what to do", async () => {
  const cases: [string, RegExp][] = [
    ["a: !!python/object/apply:os.system ['true']", /not plain YAML \(TAG_RESOLVE_FAILED in line 1\)/],
    ["a: 1\nb: !!python/tuple [1, 2]", /in line 2.*cfg\.dump/],
    ["a: 1\na: 2", /DUPLICATE_KEY/],
    ["a: [1", /not plain YAML/],
    ["a:\n\tb: 1", /TAB_AS_INDENT in line 2/],
    ["a: &a [*a]", /without end/],
    ["a: *nowhere", /aliases without an anchor/],
    ["a: 1\n---\nb: 2", /2 documents/],
    ["- 1", /not a mapping/],
    ["", /document|mapping/],
    ["_BASE_: ../base.yaml\nMODEL: {}", /refers to another file \(_BASE_\)/],
  ];
  for (const [text, message] of cases) await rejects(() => read(text), "INVALID_ARGUMENT", message);
  await rejects(() => readYaml(Uint8Array.of(0x61, 0x3a, 0xff)), "INVALID_ARGUMENT", /UTF-8/);
});

test("what would take long or repeat itself is refused quickly", async () => {
  const laughs = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (const [i, key] of [..."bcdefghi"].entries()) {
    laughs.push(`${key}: &${key} [${new Array(10).fill(`*${"abcdefghi"[i]}`).join(", ")}]`);
  }
  const many = (line: (i: number) => string): string =>
    Array.from({ length: 50_000 }, (_, i) => line(i)).join("\n");
  const hostile = [
    "a".repeat(MiB + 1),
    "[".repeat(MiB - 1),
    "{a: ".repeat(MiB / 4),
    "- ".repeat(MiB / 2),
    many((i) => `k${i}: 1`),
    many((i) => `k${i}: &a${i} 1`),
    `a: &a 1\n${many((i) => `k${i}: *a`)}`,
    "? ".repeat(MiB / 2),
  ];
  const start = performance.now();
  for (const text of hostile) await rejects(() => read(text), "LIMIT_EXCEEDED", /configuration/);
  await rejects(() => read(laughs.join("\n")), "INVALID_ARGUMENT", /repeats itself/);
  const deep = Array.from({ length: 1400 }, (_, i) => `${" ".repeat(i)}a:`).join("\n");
  await rejects(() => read(deep), "INVALID_ARGUMENT", /not plain YAML/);
  assert.ok(performance.now() - start < 10_000);
});

test("the golden configurations are read", async () => {
  for (const name of ["sparse_rcnn", "retinanet", "faster_rcnn"]) {
    const tree = await readYaml(readFileSync(shared(`golden/models/${name}_tiny.yaml`)));
    assert.is((tree.INPUT as ConfigTree).MIN_SIZE_TEST, 320);
  }
});

const DEFAULTS: ConfigTree = { A: { N: 3, LIST: [1, 2], NAME: "x", NAMES: [], FLAG: true } };
const config = (given: ConfigTree | null, base: ConfigTree = {}): DetectorConfig =>
  new DetectorConfig(given, base, DEFAULTS);

test("what is given wins, and a base stands only where nothing is given", () => {
  const base = { A: { N: 4 } };
  assert.is(config(null, base).number("A.N", 0, 9), 4);
  assert.is(config({}, base).number("A.N", 0, 9), 3);
  assert.is(config({ A: { N: 5 } }, base).number("A.N", 0, 9), 5);
});

test("values are checked as they are read", async () => {
  assert.equal(config({ A: { LIST: "(4, 5.5,)" } }).numbers("A.LIST", 2, 0, 9), [4, 5.5]);
  assert.equal(config({ A: { LIST: [1, 2] } }).lists("A.LIST"), [[1, 2]]);
  assert.equal(config({ A: { LIST: [[1], [2]] } }).lists("A.LIST"), [[1], [2]]);
  assert.equal(config({ A: { LIST: ["res3", "res4"] } }).stages("A.LIST", "res"), [3, 4]);
  assert.is(config({}).names("A.NAMES"), null);
  assert.is(config({}).names("SPINE.FINDINGS"), null);
  const bad: [ConfigTree, (c: DetectorConfig) => unknown, RegExp][] = [
    [{ N: "3" }, (c) => c.number("A.N", 0, 9), /A\.N is "3".*a number from 0 to 9/],
    [{ N: Number.NaN }, (c) => c.number("A.N", 0, 9), /a number from 0 to 9/],
    [{ N: 10 }, (c) => c.number("A.N", 0, 9), /A\.N is 10/],
    [{ N: 2.5 }, (c) => c.integer("A.N", 0, 9), /whole number/],
    [{ FLAG: 1 }, (c) => c.flag("A.FLAG"), /true or false/],
    [{ NAME: "GN" }, (c) => c.choice("A.NAME", ["", "BN"]), /A\.NAME is "GN".*"" or "BN"/],
    [{ LIST: [1, 2, 3] }, (c) => c.numbers("A.LIST", 2, 0, 9), /2 numbers/],
    [{ LIST: "(__import__('os'), 2)" }, (c) => c.numbers("A.LIST", 2, 0, 9), /2 numbers/],
    [{ LIST: [[1], []] }, (c) => c.lists("A.LIST"), /lists of positive numbers/],
    [{ LIST: [[0]] }, (c) => c.lists("A.LIST"), /lists of positive numbers/],
    [{ LIST: [] }, (c) => c.lists("A.LIST"), /lists of positive numbers/],
    [{ LIST: ["res2", "res4"] }, (c) => c.stages("A.LIST", "res"), /without gaps/],
    [{ LIST: [] }, (c) => c.stages("A.LIST", "res"), /without gaps/],
    [{ LIST: ["p1e9"] }, (c) => c.stages("A.LIST", "p"), /without gaps/],
    [{ NAMES: ["a", 1] }, (c) => c.names("A.NAMES"), /a list of names/],
    [{ N: "x".repeat(500) }, (c) => c.number("A.N", 0, 9), /x{79}\.\.\./],
  ];
  for (const [given, use, message] of bad) {
    await rejects(() => use(config({ A: given })), "INVALID_ARGUMENT", message);
  }
  await rejects(() => config(JSON.parse('{"__proto__": {"N": 1}}')).number("A.M", 0, 9), "INTERNAL", /A\.M/);
});

test("only what was given can disagree with the tensors", async () => {
  config(null, { A: { N: 4 } }).agree("A.N", 7);
  config({ A: { N: 7 } }).agree("A.N", 7);
  config({ A: { N: 7 } }).agree("A.N", 0); // a missing tensor, which is reported by name
  await rejects(
    () => config({ A: { N: 4 } }).agree("A.N", 7),
    "INVALID_ARGUMENT",
    /says A\.N is 4, but the checkpoint's tensors say 7/,
  );
});

test.run();
