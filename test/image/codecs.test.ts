/** Every codec on pictures encoded here: exact where lossless, in all depths, signs and colours. */
import { readRadiograph } from "../../src/image/read.ts";
import { assert, random, suite } from "../shim.ts";
import { encodeFrame } from "../support/codec-encoders.ts";
import { encodeDct } from "../support/dct-jpeg-writer.ts";
import { dicomFile, picture, SYNTAX, sampleBytes } from "../support/dicom-writer.ts";
import { rejects } from "../support/errors.ts";
import { encodeLossless } from "../support/lossless-jpeg-writer.ts";

const test = suite("image/codecs");
const [rows, columns] = [37, 53];

/** A smooth picture with noise, over the whole range. */
function samplesOf(count: number, bits: number, signed: boolean, seed: number): number[] {
  const next = random(seed);
  const low = signed ? -(2 ** (bits - 1)) : 0;
  const top = 2 ** bits - 1;
  return Array.from({ length: count }, (_, i) => {
    const smooth = (0.5 + 0.45 * Math.sin(i / 40)) * top;
    const value = i === 0 ? 0 : i === 1 ? top : Math.round(smooth + (next() - 0.5) * top * 0.1);
    return low + Math.min(top, Math.max(0, value));
  });
}

const fileOf = (
  options: { bits: number; signed?: boolean; components?: number; photometric?: string; frames?: number },
  syntax: string,
  ...fragments: Uint8Array[]
) =>
  dicomFile(
    picture(
      {
        rows,
        columns,
        bitsAllocated: options.bits <= 8 ? 8 : 16,
        bitsStored: options.bits,
        signed: options.signed,
        samplesPerPixel: options.components,
        photometric: options.photometric ?? (options.components === 3 ? "RGB" : "MONOCHROME2"),
        frames: options.frames,
      },
      { table: [], fragments },
    ),
    syntax,
  );

function luma(rgb: readonly number[]): number[] {
  return Array.from({ length: rgb.length / 3 }, (_, i) =>
    Math.floor((rgb[3 * i] * 19595 + rgb[3 * i + 1] * 38470 + rgb[3 * i + 2] * 7471 + 32768) / 65536),
  );
}

const LAYOUTS = [
  { bits: 8, signed: false, components: 1 },
  { bits: 12, signed: false, components: 1 },
  { bits: 16, signed: false, components: 1 },
  { bits: 12, signed: true, components: 1 },
  { bits: 16, signed: true, components: 1 },
  { bits: 8, signed: false, components: 3 },
];

for (const [codec, syntax] of [
  ["jpeg-ls", SYNTAX.jpegLs],
  ["jpeg-2000", SYNTAX.jpeg2000],
  ["htj2k", SYNTAX.htj2k],
] as const)
  for (const layout of LAYOUTS)
    test(`${codec}, ${layout.bits} bits, ${layout.signed ? "signed" : "unsigned"}, ${layout.components} components`, async () => {
      const { bits, signed, components } = layout;
      const samples = samplesOf(rows * columns * components, bits, signed, bits);
      // JPEG-LS knows no sign: a signed picture is coded as the low bits of its two's complement.
      const coded = codec === "jpeg-ls" ? samples.map((value) => value & (2 ** bits - 1)) : samples;
      const encoded = await encodeFrame(
        codec,
        { width: columns, height: rows, ...layout },
        sampleBytes(coded, bits <= 8 ? 8 : 16),
      );
      const radiograph = await readRadiograph(fileOf(layout, syntax, encoded));
      assert.equal(Array.from(radiograph.samples), components === 3 ? luma(samples) : samples);
      assert.is(radiograph.bitsStored, bits);
    });

test("several tiles; a tile that is missing is noticed", async () => {
  const samples = samplesOf(rows * columns, 12, false, 5);
  const frame = { width: columns, height: rows, bits: 12, components: 1, signed: false };
  for (const codec of ["jpeg-2000", "htj2k"] as const) {
    const encoded = await encodeFrame(codec, frame, sampleBytes(samples, 16), (encoder) =>
      encoder.setTileSize?.({ width: 16, height: 16 }),
    );
    const read = (bytes: Uint8Array) =>
      readRadiograph(fileOf({ bits: 12 }, SYNTAX[codec === "htj2k" ? "htj2k" : "jpeg2000"], bytes));
    if (codec === "htj2k") assert.equal(Array.from((await read(encoded)).samples), samples);
    await rejects(() => read(encoded.subarray(0, encoded.length >> 1)), "TRUNCATED_DATA");
  }
});

test("JPEG-LS colour plane by plane, line by line and pixel by pixel", async () => {
  const rgb = samplesOf(rows * columns * 3, 8, false, 9);
  const frame = { width: columns, height: rows, bits: 8, components: 3, signed: false };
  const planes = [0, 1, 2].flatMap((c) => rgb.filter((_, i) => i % 3 === c));
  for (const [mode, coded] of [
    [0, planes],
    [1, rgb],
    [2, rgb],
  ] as const) {
    const encoded = await encodeFrame("jpeg-ls", frame, Uint8Array.from(coded), (e) =>
      e.setInterleaveMode?.(mode),
    );
    const radiograph = await readRadiograph(fileOf({ bits: 8, components: 3 }, SYNTAX.jpegLs, encoded));
    assert.equal(Array.from(radiograph.samples), luma(rgb), `mode ${mode}`);
  }
});

for (let predictor = 1; predictor <= 7; predictor++)
  test(`lossless JPEG, predictor ${predictor}`, async () => {
    for (const [bits, components, restartRows, transform] of [
      [8, 1, 0, 0],
      [12, 1, 5, 0],
      [16, 1, 1, 0],
      [16, 1, 0, 2],
      [8, 3, 4, 0],
    ]) {
      const samples = samplesOf(rows * columns * components, bits, false, predictor);
      const options = { width: columns, height: rows, components, bits, predictor, transform, restartRows };
      const encoded = encodeLossless(samples, options);
      const radiograph = await readRadiograph(fileOf({ bits, components }, SYNTAX.jpegLossless, encoded));
      const expected = samples.map((value) => (value >> transform) << transform);
      assert.equal(Array.from(radiograph.samples), components === 3 ? luma(expected) : expected);
    }
  });

test("lossless JPEG of signed samples", async () => {
  const samples = samplesOf(rows * columns, 12, true, 4);
  const coded = samples.map((value) => value & 0xfff);
  const options = { width: columns, height: rows, components: 1, bits: 12, predictor: 1 };
  const file = fileOf({ bits: 12, signed: true }, SYNTAX.jpegLosslessSv1, encodeLossless(coded, options));
  assert.equal(Array.from((await readRadiograph(file)).samples), samples);
});

for (const components of [1, 3])
  test(`baseline JPEG with ${components} components, in DICOM and by itself`, async () => {
    const smooth = Array.from({ length: rows * columns }, (_, i) => 128 + 100 * Math.sin(i / 500));
    const samples = smooth.flatMap((value) => Array.from({ length: components }, () => Math.round(value)));
    const frame = { width: columns, height: rows, bits: 8, components, signed: false };
    const encoded = await encodeFrame("jpeg", frame, Uint8Array.from(samples));
    const photometric = components === 3 ? "YBR_FULL_422" : "MONOCHROME2";
    const inside = await readRadiograph(
      fileOf({ bits: 8, components, photometric }, SYNTAX.jpegBaseline, encoded),
    );
    const plain = await readRadiograph(encoded);
    assert.is(plain.format, "jpeg");
    assert.equal([plain.width, plain.height], [columns, rows]);
    assert.equal(plain.samples, inside.samples);
    for (const [i, value] of plain.samples.entries())
      assert.ok(Math.abs(value - smooth[i]) < 6, `pixel ${i}: ${value}`);
  });

test("RLE of one and two bytes, of colour, and with padding", async () => {
  const segment = (values: number[]) => {
    const out: number[] = [];
    for (let at = 0; at < values.length; ) {
      const run = values.slice(at, at + 128).findIndex((value) => value !== values[at]);
      const length = run < 0 ? Math.min(128, values.length - at) : run;
      if (length > 1) out.push(257 - length, values[at]);
      else out.push(0, values[at], 128); // a literal, then the byte that means nothing
      at += length;
    }
    return out.length % 2 === 0 ? out : [...out, 0];
  };
  const frame = (planes: number[][]) => {
    const header = new Uint32Array(16);
    header[0] = planes.length;
    const body: number[] = [];
    for (const [i, plane] of planes.entries()) {
      header[1 + i] = 64 + body.length;
      body.push(...segment(plane));
    }
    return Uint8Array.from([...new Uint8Array(header.buffer), ...body]);
  };
  const count = rows * columns;
  const wide = samplesOf(count, 16, true, 1).map((value, i) => (i % 200 < 150 ? 77 : value));
  const bytes = [wide.map((value) => (value >> 8) & 255), wide.map((value) => value & 255)];
  const signed = await readRadiograph(fileOf({ bits: 16, signed: true }, SYNTAX.rle, frame(bytes)));
  assert.equal(Array.from(signed.samples), wide);
  const rgb = samplesOf(count * 3, 8, false, 2);
  const planes = [0, 1, 2].map((c) => rgb.filter((_, i) => i % 3 === c));
  const colour = await readRadiograph(fileOf({ bits: 8, components: 3 }, SYNTAX.rle, frame(planes)));
  assert.equal(Array.from(colour.samples), luma(rgb));
  const read = (encoded: Uint8Array) =>
    readRadiograph(fileOf({ bits: 16, signed: true }, SYNTAX.rle, encoded));
  await rejects(() => read(frame(bytes).subarray(0, 200)), "TRUNCATED_DATA");
  await rejects(() => read(frame([bytes[0]])), "DECODE_FAILED", /1 segments/);
  const long = new Array(count + 10).fill(5); // the last run overshoots
  await rejects(() => read(frame([bytes[0], long])), "DECODE_FAILED", /more pixels/);
  await rejects(() => read(new Uint8Array(10)), "TRUNCATED_DATA");
});

test("one fragment per frame, and frames told apart by their start", async () => {
  const frame = { width: columns, height: rows, bits: 12, components: 1, signed: false };
  const pictures = [1, 2, 3].map((seed) => samplesOf(rows * columns, 12, false, seed));
  const encoded = await Promise.all(pictures.map((p) => encodeFrame("jpeg-ls", frame, sampleBytes(p, 16))));
  const split = encoded.flatMap((bytes) => [bytes.subarray(0, 100), bytes.subarray(100)]);
  for (const fragments of [encoded, split]) {
    const file = fileOf({ bits: 12, frames: 3 }, SYNTAX.jpegLs, ...fragments);
    const read = await Promise.all([0, 1, 2].map((index) => readRadiograph(file, { frame: index })));
    for (const [i, radiograph] of read.entries()) assert.equal(Array.from(radiograph.samples), pictures[i]);
  }
});

test("a stream that contradicts the header is refused before it is decoded", async () => {
  const frame = { width: 256, height: 256, bits: 8, components: 1, signed: false };
  for (const [codec, syntax] of [
    ["jpeg-ls", SYNTAX.jpegLs],
    ["jpeg-2000", SYNTAX.jpeg2000],
    ["htj2k", SYNTAX.htj2k],
  ] as const) {
    const encoded = await encodeFrame(codec, frame, new Uint8Array(256 * 256));
    await rejects(() => readRadiograph(fileOf({ bits: 8 }, syntax, encoded)), "DECODE_FAILED", /256 x 256/);
  }
});

for (const bits of [8, 12] as const)
  for (const restart of [0, 3])
    test(`sequential JPEG of ${bits} bits${restart > 0 ? " with restart markers" : ""}`, async () => {
      const samples = samplesOf(rows * columns, bits, false, 6);
      const encoded = encodeDct(samples, { width: columns, height: rows, bits, restart });
      const syntax = bits === 8 ? SYNTAX.jpegBaseline : SYNTAX.jpegExtended;
      const radiograph = await readRadiograph(fileOf({ bits }, syntax, encoded));
      assert.is(radiograph.samples.length, rows * columns);
      // Quantisation by 1 errs by half a unit per coefficient.
      for (const [i, value] of radiograph.samples.entries())
        assert.ok(Math.abs(value - samples[i]) <= 3, `pixel ${i}: ${value}, not ${samples[i]}`);
    });

test.run();
