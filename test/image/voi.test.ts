/** VOI transformations from file to 8-bit picture, against the reference conversion's own answers (fixtures/display.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readRadiograph } from "../../src/image/read.ts";
import { toDisplay } from "../../src/tasks/preprocess.ts";
import { assert, suite } from "../shim.ts";
import { BACKEND_NAMES, withBackend } from "../support/cores.ts";
import { dicomFile, type Element, picture, SYNTAX } from "../support/dicom-writer.ts";

interface Case {
  name: string;
  bits: number;
  signed: boolean;
  photometric: string;
  center?: string;
  width?: string;
  function?: string;
  slope?: string;
  intercept?: string;
  lut?: { descriptor: [number, number, number]; entries: number[] };
  conversion: "voi" | "fallback";
  pixels: number[];
  display: number[];
}

const cases: Case[] = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/display.json"), "utf8"));
const test = suite("image/voi");

function lutSequence(descriptor: readonly number[], entries: readonly number[], vr = "US"): Element {
  return [
    0x00283010,
    "SQ",
    [
      [
        [0x00283002, "US", descriptor],
        [0x00283006, vr, entries],
      ],
    ],
  ];
}

function fileOf(item: Case, syntax: string): Uint8Array {
  const extra: Element[] = [];
  if (item.center !== undefined) extra.push([0x00281050, "DS", item.center]);
  if (item.width !== undefined) extra.push([0x00281051, "DS", item.width]);
  if (item.intercept !== undefined) extra.push([0x00281052, "DS", item.intercept]);
  if (item.slope !== undefined) extra.push([0x00281053, "DS", item.slope]);
  if (item.function !== undefined) extra.push([0x00281056, "CS", item.function]);
  if (item.lut !== undefined) extra.push(lutSequence(item.lut.descriptor, item.lut.entries));
  const { bits, signed, photometric, pixels } = item;
  const options = { rows: 6, columns: 8, bitsAllocated: bits <= 8 ? 8 : 16, bitsStored: bits };
  const little = syntax !== SYNTAX.big;
  return dicomFile(picture({ ...options, signed, photometric, extra }, pixels, little), syntax, true);
}

for (const backend of BACKEND_NAMES)
  for (const syntax of ["explicit", "implicit", "big"] as const)
    test(`${cases.length} pictures, ${syntax} VR, on ${backend}`, () =>
      withBackend(backend, async ({ image }) => {
        for (const item of cases) {
          const radiograph = await readRadiograph(fileOf(item, SYNTAX[syntax]));
          assert.equal(Array.from(radiograph.samples), item.pixels, item.name);
          const { conversion, pixels } = await toDisplay(image, radiograph);
          assert.is(conversion, item.conversion, item.name);
          assert.equal(
            Array.from(pixels),
            item.display,
            `${item.name}, ${item.photometric}, ${item.bits} bits`,
          );
        }
      }));

const voiOf = async (extra: readonly Element[], signed = false) =>
  (await readRadiograph(dicomFile(picture({ rows: 1, columns: 2, bitsStored: 12, signed, extra }, [1, 2]))))
    .voi;

test("one value of a window without the other is no window", async () => {
  assert.equal(await voiOf([[0x00281050, "DS", "40"]]), { kind: "none" });
  assert.equal(
    await voiOf([
      [0x00281050, "DS", ""],
      [0x00281051, "DS", "300"],
    ]),
    { kind: "none" },
  );
});

test("text that is not a number makes a window that falls back", async () => {
  const voi = await voiOf([
    [0x00281050, "DS", "abc"],
    [0x00281051, "DS", "300"],
  ]);
  assert.ok(voi.kind === "window" && Number.isNaN(voi.center));
});

test("0 entries are 65536 and OW data is read as words", async () => {
  const entries = Array.from({ length: 65536 }, (_, i) => i ^ 0x5555);
  const [tag, vr, items] = lutSequence([0, 0, 16], [], "OW");
  const data = new Uint8Array(Uint16Array.from(entries).buffer);
  const [[descriptor]] = items as Element[][];
  const voi = await voiOf([[tag, vr, [[descriptor, [0x00283006, "OW", data]]]]]);
  assert.ok(voi.kind === "lut");
  assert.equal(Array.from(voi.entries), entries);
});

test("the first mapped value is signed when the pixels are", async () => {
  const signed = await voiOf([lutSequence([2, 0xff00, 16], [1, 2])], true);
  const unsigned = await voiOf([lutSequence([2, 0xff00, 16], [1, 2])]);
  assert.ok(signed.kind === "lut" && unsigned.kind === "lut");
  assert.equal([signed.first, unsigned.first], [-256, 0xff00]);
});

test("a table shorter than it claims cannot be used", async () => {
  const voi = await voiOf([lutSequence([10, 0, 16], [1, 2, 3])]);
  assert.ok(voi.kind === "lut" && voi.bits === 0);
});

test("an incomplete LUT leaves the window", async () => {
  const voi = await voiOf([
    [0x00281050, "DS", "40"],
    [0x00281051, "DS", "300"],
    [0x00283010, "SQ", [[[0x00283002, "US", [2, 0, 16]]]]],
  ]);
  assert.is(voi.kind, "window");
});

test("a Modality LUT sets the window's output range", async () => {
  const voi = await voiOf([
    [0x00281050, "DS", "40"],
    [0x00281051, "DS", "300"],
    [0x00283000, "SQ", [[[0x00283002, "US", [2, 0, 16]]]]],
  ]);
  assert.ok(voi.kind === "window" && voi.rescale !== null);
  assert.equal(
    [0, 4095].map((y) => y * voi.rescale!.slope + voi.rescale!.intercept),
    [0, 65535],
  );
});

test.run();
