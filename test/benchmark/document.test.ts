/** Results of benchmarks: read with suspicion, laid beside each other. */
import { SpineXRError } from "../../src/api/errors.ts";
import { type BenchDocument, type BenchEntry, parseDocument } from "../../src/benchmark/document.ts";
import { machineLine, mergeDocuments, mergedCells, mergedColumns } from "../../src/benchmark/merge.ts";
import { assert, suite } from "../shim.ts";

const test = suite("benchmark documents");

const entry = (changes: Partial<BenchEntry> = {}): BenchEntry => ({
  subject: "net, 1 x 3",
  measure: "time",
  engine: "spinexr 0.1.0 cpu avx2",
  threads: 2,
  unit: "ms",
  images: 1,
  difference: null,
  count: 10,
  median: 20,
  p95: 25,
  mad: 1.25,
  least: 18,
  ...changes,
});
const document = (entries: readonly BenchEntry[], runtime = "Node 20.1.0"): BenchDocument => ({
  schema: "spinexr.bench/1",
  date: "2026-01-02",
  machine: { cpu: "Some CPU", processors: 4, system: "linux x64", runtime },
  entries,
  skipped: [{ name: "cuda", reason: "no driver" }],
  failed: [],
});
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test("a document is read as it was written; what is not known is left out", () => {
  const written = document([entry(), entry({ threads: null, difference: 1e-6 })]);
  assert.equal(parseDocument(bytes(written), "a.json"), written);
  const { machine, entries } = written;
  const more = {
    ...written,
    rounds: 3,
    machine: { ...machine, v8: "11" },
    entries: entries.map((e) => ({ ...e, extra: 1 })),
  };
  assert.equal(parseDocument(bytes(more), "a.json"), written);
});

test("anything else is refused with the place and what was expected", () => {
  const refused = (value: Uint8Array, message: RegExp, code = "INVALID_ARGUMENT") => {
    try {
      parseDocument(value, "a.json");
    } catch (error) {
      assert.instance(error, SpineXRError);
      assert.is((error as SpineXRError).code, code);
      assert.match((error as SpineXRError).message, message);
      return;
    }
    assert.unreachable(String(message));
  };
  refused(Uint8Array.of(0xff), /a\.json is not JSON/);
  refused(bytes(null), /\$ is null/);
  refused(bytes({ reports: [] }), /\$\.schema is missing/);
  refused(bytes({ ...document([]), schema: "spinexr.reports/1" }), /\$\.schema is "spinexr\.reports\/1"/);
  refused(bytes(document([entry({ median: -1 })])), /\$\.entries\[0\]\.median is -1/);
  refused(bytes(document([entry({ unit: "s" as "ms" })])), /\$\.entries\[0\]\.unit is "s"/);
  refused(bytes({ ...document([]), entries: [7] }), /\$\.entries\[0\] is 7; expected an object/);
  refused(bytes({ ...document([]), machine: [] }), /\$\.machine is a list/);
  refused(new Uint8Array((16 << 20) + 1), /at most 16777216/, "LIMIT_EXCEEDED");
});

test("subjects are put together, the fastest first; machines that are the same share a letter", () => {
  const { machines, subjects } = mergeDocuments([
    document([entry(), entry({ subject: "other", median: 3 })]),
    document([entry({ engine: "rival", median: 10, difference: 2e-5, images: 8 })], "Chromium 150"),
    document([entry({ median: 40, threads: null }), entry({ measure: "memory", unit: "MB" })]),
  ]);
  assert.equal([...machines.keys()], ["A", "B"]);
  assert.is(machineLine("B", machines.get("B")!), "B: Some CPU, 4 processors, linux x64, Chromium 150");
  assert.equal(
    subjects.map(({ subject, measure, rows }) => [
      subject,
      measure,
      rows.map((row) => [row.machine, row.times]),
    ]),
    [
      [
        "net, 1 x 3",
        "time",
        [
          ["B", 1],
          ["A", 2],
          ["A", 4],
        ],
      ],
      ["other", "time", [["A", 1]]],
      ["net, 1 x 3", "memory", [["A", 1]]],
    ],
  );
  const [first, , third] = subjects;
  assert.is(mergedColumns(first!)[3], "ms");
  assert.is(mergedColumns(third!)[3], "MB");
  assert.equal(mergedCells(first!.rows[0]!), [
    "rival",
    "2",
    "B",
    "10.0",
    "1.25",
    "25.0",
    "800",
    "1.00",
    "2.0e-5",
  ]);
  assert.equal(mergedCells(first!.rows[2]!).slice(1, 4), ["", "A", "40.0"]);
});

test("there are letters for any number of machines", () => {
  const many = Array.from({ length: 60 }, (_, i) => document([entry()], `Node ${i}`));
  const letters = [...mergeDocuments(many).machines.keys()];
  assert.is(new Set(letters).size, 60);
  assert.equal([letters[25], letters[26], letters[52]], ["Z", "AA", "BA"]);
});

test.run();
