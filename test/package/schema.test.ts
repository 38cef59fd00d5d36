import { readFileSync } from "node:fs";
import type { DetectorEntry, Manifest } from "../../src/package/manifest.ts";
import { parseManifest, schemaProblems, validateManifest } from "../../src/package/validate.ts";
import { assert, random, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { accepts, type Schema } from "../support/json-schema.ts";
import { DECODERS, detectorEntry, RESIZES, sampleManifest } from "../support/manifest.ts";

const test = suite("manifest schema");
const schema: Schema = JSON.parse(readFileSync("models/manifest.schema.json", "utf8"));

test("every property and definition is described, every object is closed", () => {
  const visit = (node: Schema, path: string): void => {
    assert.type(node.description, "string", `${path} has no description`);
    if (node.type === "object") assert.ok(node.additionalProperties !== undefined, `${path} is open`);
    const children = { ...(node.properties as object), ...(node.$defs as object) } as Record<string, Schema>;
    for (const [key, child] of Object.entries(children)) visit(child, `${path}.${key}`);
    if (node.items !== undefined) visit(node.items as Schema, `${path}[]`);
  };
  visit(schema, "$");
});

test("schema and validator accept the same manifests", () => {
  const counts = { accepted: 0, refused: 0 };
  const check = (value: unknown): void => {
    const wanted = accepts(schema, value);
    counts[wanted ? "accepted" : "refused"]++;
    const problems = schemaProblems(value);
    assert.is(problems.length === 0, wanted, `${problems.join(" ")} ${JSON.stringify(value)}`);
  };
  for (const value of variants(sampleManifest())) check(value);
  for (const decoder of Object.values(DECODERS)) {
    for (const resize of RESIZES) {
      const manifest = { ...sampleManifest(), detector: detectorEntry(decoder, resize) };
      assert.ok(accepts(schema, manifest));
      assert.equal(schemaProblems(manifest), []);
    }
    for (const value of variants(detectorEntry(decoder))) check({ ...sampleManifest(), detector: value });
  }
  const { thresholds } = sampleManifest();
  for (const finding of [
    {},
    { a: 0 },
    { a: 1, b: 0.5 },
    { a: 1.1 },
    { a: "1" },
    { a: null },
    [],
    [1],
    0.5,
    null,
  ])
    check({ ...sampleManifest(), thresholds: { ...thresholds, finding } });
  assert.ok(counts.accepted > 300 && counts.refused > 3000, JSON.stringify(counts));
});

test("operating points of findings belong to labels of the detector", async () => {
  const { thresholds } = sampleManifest();
  const detector = detectorEntry(Object.values(DECODERS)[0]!);
  const at = (finding: Record<string, number>, with_: DetectorEntry | null = detector) => ({
    ...sampleManifest(),
    detector: with_,
    thresholds: { ...thresholds, finding },
  });
  const label = detector.labels[0]!;
  assert.equal(validateManifest(at({ [label]: 0.3 })).thresholds.finding, { [label]: 0.3 });
  for (const wrong of [at({ unknown: 0.3 }), at({ constructor: 0.3 }), at({ [label]: 0.3 }, null)])
    await rejects(() => validateManifest(wrong), "INVALID_PACKAGE", /no label of the detector/);
});

/** Every value of the manifest replaced, removed, or given company. */
function* variants(manifest: Manifest | DetectorEntry): Generator<unknown> {
  const next = random(2);
  const replacements = [
    ...[
      null,
      true,
      0,
      1,
      -1,
      0.5,
      3,
      4096,
      4097,
      1e-13,
      1e7,
      "",
      "x",
      "A b",
      "../x",
      "a/b.c",
      "a/.b",
      "/a",
      "a//b",
      "x\n",
    ],
    ...[
      "BGR",
      "RGB",
      "stretch",
      "boxes",
      "yolo-v5",
      "é".repeat(200),
      "é".repeat(201),
      "x".repeat(64),
      "x".repeat(65),
      "x".repeat(4001),
    ],
    ...[
      "0".repeat(64),
      "A".repeat(64),
      [],
      {},
      [1, 2, 3],
      [1, 2],
      ["a"],
      Array(17).fill("w"),
      { unknown: [1] },
    ],
  ];
  for (const path of paths(manifest)) {
    for (const replacement of replacements) yield edit(manifest, path, () => replacement);
    yield edit(manifest, path, undefined);
    yield edit(manifest, path, (value) =>
      typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value, extra: 1 } : value,
    );
    yield edit(manifest, path, (value) => (Array.isArray(value) ? [...value, value[0]] : value));
    yield edit(manifest, path, (value) => (typeof value === "number" ? value * (next() * 4 - 1) : value));
  }
  for (const value of [null, 5, "x", [], [manifest]]) yield value;
}

type Path = readonly (string | number)[];

function* paths(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value))
    yield* paths(item, [...path, Array.isArray(value) ? Number(key) : key]);
}

/** A copy with the value at `path` changed, or removed. */
function edit(root: unknown, path: Path, change: ((value: unknown) => unknown) | undefined): unknown {
  const copy = structuredClone(root) as Record<string | number, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const key = path.at(-1)!;
  if (change !== undefined) at[key] = change(at[key]);
  else if (Array.isArray(at)) at.splice(key as number, 1);
  else delete at[key];
  return copy;
}

test("messages give the path, what was found and the nearest name", async () => {
  const cases: [Path, unknown, RegExp][] = [
    [
      ["classifiers", 0, "input", "height"],
      0,
      /\$\.classifiers\[0\]\.input\.height is 0; expected a whole number from 1 to 4096/,
    ],
    [["treshold"], 1, /\$\.treshold is not a known property\. Did you mean "thresholds"\?/],
    [
      ["classifiers", 0, "file"],
      "../../etc/passwd",
      /\$\.classifiers\[0\]\.file is "\.\.\/\.\.\/etc\/passwd"; expected a path inside/,
    ],
    [["we ird"], 1, /\$\["we ird"\]/],
  ];
  for (const [path, value, message] of cases) {
    await rejects(
      () => validateManifest(edit(sampleManifest(), path, () => value)),
      "INVALID_PACKAGE",
      message,
    );
  }
  await rejects(() => validateManifest({}), "INVALID_PACKAGE", /\$\.schema is missing.*\(8 more problems\)/);
});

test("names must differ and the self-test must fit the classifiers", async () => {
  const twin = sampleManifest();
  const twice = { ...twin, classifiers: [twin.classifiers[0], twin.classifiers[0]] };
  await rejects(() => validateManifest(twice), "INVALID_PACKAGE", /used twice/);
  for (const logits of [{}, { member: [1, 2] }, { member: [1], other: [1] }]) {
    const manifest = { ...twin, selfTest: { ...twin.selfTest, logits } };
    await rejects(() => validateManifest(manifest), "INVALID_PACKAGE", /selfTest\.logits/);
  }
});

test("a package has a network, names differ, and an output has one meaning", async () => {
  const sample = sampleManifest();
  const detectorOnly = { ...sample, classifiers: [], selfTest: null };
  assert.equal(validateManifest(detectorOnly), detectorOnly);
  const classifierOnly = { ...sample, detector: null };
  assert.equal(validateManifest(classifierOnly), classifierOnly);
  const cases: [object, RegExp][] = [
    [{ ...detectorOnly, detector: null }, /at least one network/],
    [{ ...sample, classifiers: [] }, /selfTest is for classifiers/],
    [{ ...sample, detector: { ...sample.detector, name: "member" } }, /\$\.detector\.name is used twice/],
    [{ ...sample, detector: { ...sample.detector, labels: ["a", "a"] } }, /\$\.detector\.labels/],
    [
      { ...sample, detector: detectorEntry({ ...DECODERS.boxes, scores: "boxes" }) },
      /decoder names an output twice/,
    ],
  ];
  for (const [manifest, message] of cases)
    await rejects(() => validateManifest(manifest), "INVALID_PACKAGE", message);
});

test("bytes that are not JSON, or too many", async () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.equal(parseManifest(bytes(JSON.stringify(sampleManifest()))), sampleManifest());
  await rejects(() => parseManifest(bytes("{")), "INVALID_PACKAGE", /not JSON/);
  await rejects(() => parseManifest(Uint8Array.of(0xff)), "INVALID_PACKAGE", /UTF-8/);
  await rejects(() => parseManifest(bytes("[".repeat(500_000))), "INVALID_PACKAGE", /not JSON/);
  await rejects(() => parseManifest(new Uint8Array(2 ** 20 + 1)), "LIMIT_EXCEEDED", /model\.json/);
});

test.run();
