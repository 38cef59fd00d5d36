/** Encodings, pixel layouts, frames and colour of DICOM files made here. */
import { readRadiograph } from "../../src/image/read.ts";
import { assert, random, suite } from "../shim.ts";
import {
  ascii,
  concat,
  dicomFile,
  type Element,
  elements,
  encodingOf,
  picture,
  SYNTAX,
  sampleBytes,
  wrap,
} from "../support/dicom-writer.ts";
import { rejects } from "../support/errors.ts";

const test = suite("image/dicom");
const next = random(3);
const randoms = (count: number, low: number, high: number) =>
  Array.from({ length: count }, () => low + Math.floor(next() * (high - low)));
const luma = (r: number, g: number, b: number) =>
  Math.floor((r * 19595 + g * 38470 + b * 7471 + 32768) / 65536);

for (const syntax of ["implicit", "explicit", "big", "deflated"] as const)
  for (const undefinedLengths of [false, true])
    test(`${syntax}, sequences of ${undefinedLengths ? "undefined" : "known"} length`, async () => {
      const pixels = randoms(35, 0, 4096);
      const deep: Element = [0x00081115, "SQ", [[[0x00081199, "SQ", [[], [[0x00080060, "CS", "CT"]]]]]]];
      const options = { rows: 5, columns: 7, bitsStored: 12, extra: [deep] };
      const list = picture(options, pixels, syntax !== "big");
      const radiograph = await readRadiograph(dicomFile(list, SYNTAX[syntax], undefinedLengths));
      assert.equal(Array.from(radiograph.samples), pixels);
      assert.is(radiograph.source.modality, "DX");
      assert.is(radiograph.source.transferSyntax, SYNTAX[syntax]);
      assert.equal(radiograph.warnings, []);
    });

for (const [bits, signed, low, high] of [
  [8, false, 0, 256],
  [8, true, -128, 128],
  [16, false, 0, 65536],
  [16, true, -32768, 20000],
  [32, false, 0, 2 ** 31],
  [32, true, -(2 ** 31), 2 ** 31],
] as const)
  for (const little of [true, false])
    test(`${bits} bits, ${signed ? "signed" : "unsigned"}, ${little ? "little" : "big"} endian`, async () => {
      const pixels = [low, high - 1, ...randoms(10, low, high)];
      const list = picture({ rows: 3, columns: 4, bitsAllocated: bits, signed }, pixels, little);
      const radiograph = await readRadiograph(dicomFile(list, little ? SYNTAX.explicit : SYNTAX.big));
      assert.equal(Array.from(radiograph.samples), pixels);
    });

test("unsigned samples of 2^31 and more are refused", () =>
  rejects(
    () => readRadiograph(dicomFile(picture({ rows: 1, columns: 1, bitsAllocated: 32 }, [2 ** 31]))),
    "UNSUPPORTED_PIXELS",
  ));

test("bits above Bits Stored stay, as the reference leaves them, with a warning", async () => {
  const list = picture({ rows: 1, columns: 2, bitsStored: 10, signed: true }, [0x0fff, 5]);
  const radiograph = await readRadiograph(dicomFile(list));
  assert.equal(Array.from(radiograph.samples), [0x0fff, 5]);
  assert.match(radiograph.warnings.join(), /beyond the 10 bits/);
});

for (const syntax of ["implicit", "explicit", "big"] as const)
  test(`no preamble, no meta header, ${syntax}`, async () => {
    const list = [
      [0x00080008, "CS", "ORIGINAL"] as const,
      ...picture({ rows: 2, columns: 2 }, [1, 2, 3, 40000], syntax !== "big"),
    ];
    const radiograph = await readRadiograph(elements(list, encodingOf(SYNTAX[syntax])));
    assert.equal(Array.from(radiograph.samples), [1, 2, 3, 40000]);
    assert.match(radiograph.warnings.join(), /does not name its transfer syntax/);
  });

test("meta header without a preamble", async () => {
  const file = dicomFile(picture({ rows: 1, columns: 2 }, [7, 8]));
  assert.equal(Array.from((await readRadiograph(file.subarray(132))).samples), [7, 8]);
});

test("trailing padding and an odd number of bytes", async () => {
  const file = dicomFile(picture({ rows: 3, columns: 1, bitsAllocated: 8 }, [1, 2, 3]));
  assert.equal(Array.from((await readRadiograph(concat(file, new Uint8Array(100)))).samples), [1, 2, 3]);
});

test("frames of native pixel data", async () => {
  const file = dicomFile(
    picture({ rows: 1, columns: 3, bitsAllocated: 8, frames: 3 }, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
  );
  assert.equal(Array.from((await readRadiograph(file)).samples), [1, 2, 3]);
  const last = await readRadiograph(file, { frame: 2 });
  assert.equal([Array.from(last.samples), last.frame, last.frameCount], [[7, 8, 9], 2, 3]);
  await rejects(() => readRadiograph(file, { frame: 3 }), "INVALID_ARGUMENT", /frames 0 to 2/);
  await rejects(() => readRadiograph(file, { frame: -1 }), "INVALID_ARGUMENT");
  await rejects(() => readRadiograph(file, { frame: 0.5 }), "INVALID_ARGUMENT");
});

test("a later frame that is cut off leaves the first readable", async () => {
  const file = dicomFile(picture({ rows: 1, columns: 4, bitsAllocated: 8, frames: 2 }, [1, 2, 3, 4, 5, 6]));
  assert.equal(Array.from((await readRadiograph(file)).samples), [1, 2, 3, 4]);
  await rejects(() => readRadiograph(file, { frame: 1 }), "TRUNCATED_DATA");
});

for (const table of [true, false])
  test(`frames in fragments ${table ? "with" : "without"} an offset table`, async () => {
    const frames = [0, 1, 2].map((i) => Uint8Array.from([0, 1, 2, 3], (x) => 16 * i + x));
    const fragments = { table: table ? [0, 12, 24] : [], fragments: frames };
    const list = picture({ rows: 2, columns: 2, bitsAllocated: 8, frames: 3 }, fragments);
    const file = dicomFile(list, SYNTAX.encapsulated);
    for (let frame = 0; frame < 3; frame++)
      assert.equal(Array.from((await readRadiograph(file, { frame })).samples), Array.from(frames[frame]));
  });

test("frames of several fragments by the basic and by the extended offset table", async () => {
  const fragments = [
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
  ].map((part) => Uint8Array.from(part));
  const extended: Element = [0x7fe00001, "OV", sampleBytes([0, 0, 20, 0], 32)];
  for (const [table, extra] of [
    [[0, 20], []],
    [[], [extended]],
  ] as [number[], Element[]][]) {
    const list = picture({ rows: 2, columns: 2, bitsAllocated: 8, frames: 2, extra }, { table, fragments });
    const file = dicomFile(list, SYNTAX.encapsulated);
    assert.equal(Array.from((await readRadiograph(file)).samples), [1, 2, 3, 4]);
    assert.equal(Array.from((await readRadiograph(file, { frame: 1 })).samples), [5, 6, 7, 8]);
  }
});

test("RGB pixel by pixel and plane by plane, 8 and 16 bits", async () => {
  for (const bits of [8, 16]) {
    const rgb = randoms(18, 0, 2 ** bits);
    const expected = [0, 1, 2, 3, 4, 5].map((i) => luma(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]));
    const options = { rows: 2, columns: 3, bitsAllocated: bits, photometric: "RGB", samplesPerPixel: 3 };
    const planes = [0, 1, 2].flatMap((c) => [0, 1, 2, 3, 4, 5].map((i) => rgb[3 * i + c]));
    const mixed = await readRadiograph(dicomFile(picture(options, rgb)));
    const planar = await readRadiograph(dicomFile(picture({ ...options, planar: true }, planes)));
    assert.equal(Array.from(mixed.samples), expected);
    assert.equal(Array.from(planar.samples), expected);
    assert.match(mixed.warnings.join(), /luma/);
  }
});

test("YBR: the Y is the grey", async () => {
  const options = { rows: 1, columns: 4, bitsAllocated: 8, samplesPerPixel: 3 };
  const full = [10, 1, 2, 20, 3, 4, 30, 5, 6, 40, 7, 8];
  const half = [10, 20, 1, 2, 30, 40, 3, 4];
  for (const [photometric, pixels] of [
    ["YBR_FULL", full],
    ["YBR_FULL_422", half],
  ] as const) {
    const radiograph = await readRadiograph(dicomFile(picture({ ...options, photometric }, pixels)));
    assert.equal(Array.from(radiograph.samples), [10, 20, 30, 40], photometric);
  }
});

test("palette colour, 8-bit entries packed or not, and 16", async () => {
  const [red, green, blue] = [randoms(4, 0, 256), randoms(4, 0, 256), randoms(4, 0, 256)];
  const expected = [1, 0, 3, 3].map((i) => luma(red[i], green[i], blue[i]));
  const palette = (bits: number, words: (entries: number[]) => number[]): Element[] =>
    [red, green, blue].flatMap((entries, c): Element[] => [
      [0x00281101 + c, "US", [4, 100, bits]],
      [0x00281201 + c, "OW", sampleBytes(words(entries), 16)],
    ]);
  const packed = (entries: number[]) => [entries[0] + 256 * entries[1], entries[2] + 256 * entries[3]];
  const options = { rows: 1, columns: 4, bitsAllocated: 8, photometric: "PALETTE COLOR" };
  const read = async (extra: Element[]) =>
    (await readRadiograph(dicomFile(picture({ ...options, extra }, [101, 100, 103, 200])))).samples;
  assert.equal(Array.from(await read(palette(8, packed))), expected);
  assert.equal(Array.from(await read(palette(8, (e) => e))), expected);
  const wide = [1, 0, 3, 3].map((i) => luma(257 * red[i], 257 * green[i], 257 * blue[i]));
  assert.equal(Array.from(await read(palette(16, (e) => e.map((v) => 257 * v)))), wide);
  await rejects(() => read([]), "INVALID_DICOM", /palette/);
});

test("what cannot be read is named", async () => {
  const base = { rows: 1, columns: 1 };
  const read = (list: Element[], syntax?: string) => readRadiograph(dicomFile(list, syntax));
  await rejects(() => read(picture({ ...base, photometric: "HSV" }, [1])), "UNSUPPORTED_PIXELS", /HSV/);
  await rejects(
    () => read(picture({ ...base, extra: [[0x00280100, "US", [12]]] }, [1])),
    "UNSUPPORTED_PIXELS",
    /12/,
  );
  await rejects(() => read(picture({ ...base, bitsStored: 17 }, [1])), "INVALID_DICOM", /17 bits/);
  await rejects(() => read(picture({ ...base, rows: 0 }, [])), "INVALID_DICOM", /0 rows/);
  await rejects(
    () => read(picture({ ...base, photometric: "RGB" }, [1])),
    "INVALID_DICOM",
    /samples per pixel/,
  );
  await rejects(
    () => read(picture(base, [1]), "1.2.840.10008.1.2.4.100"),
    "UNSUPPORTED_TRANSFER_SYNTAX",
    /1\.2\.840\.10008\.1\.2\.4\.100/,
  );
  await rejects(() => read(picture(base, [1]), SYNTAX.rle), "INVALID_DICOM", /encapsulated/);
  await rejects(() => read([[0x7fe00008, "OF", new Uint8Array(4)]]), "UNSUPPORTED_PIXELS", /[Ff]loat/);
  const missing = picture(base, [1]).filter(([tag]) => tag !== 0x00280010);
  await rejects(() => read(missing), "INVALID_DICOM", /Rows \(0028,0010\) is missing/);
});

test("nothing of the patient is kept", async () => {
  const extra: Element[] = [
    [0x00100010, "PN", "DOE^JANE"],
    [0x00180015, "CS", "LSPINE"],
    [0x00280030, "DS", "0.2\\0.25"],
  ];
  const radiograph = await readRadiograph(dicomFile(picture({ rows: 1, columns: 1, extra }, [1])));
  assert.not.match(JSON.stringify(radiograph), /DOE/);
  assert.is(radiograph.source.bodyPart, "LSPINE");
  assert.equal(radiograph.source.pixelSpacing, [0.2, 0.25]);
});

test("an element without a VR inside an explicit data set is read as an implicit one", async () => {
  const encoding = encodingOf(SYNTAX.explicit);
  const odd = concat(Uint8Array.of(0x09, 0, 0x10, 0, 4, 0, 0, 0), ascii("abcd"));
  const file = wrap(
    SYNTAX.explicit,
    concat(odd, elements(picture({ rows: 1, columns: 1 }, [9]).slice(1), encoding)),
  );
  assert.equal(Array.from((await readRadiograph(file)).samples), [9]);
});

test.run();
