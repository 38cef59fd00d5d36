/** PNG of every kind, the PNG writer, and raw samples. */
import { zlibSync } from "fflate";
import { crc32 } from "../../src/bytes/crc32.ts";
import { encodePng } from "../../src/image/png-write.ts";
import { type RawFormat, readRadiograph } from "../../src/image/read.ts";
import { assert, random, suite } from "../shim.ts";
import { ascii, concat, sampleBytes } from "../support/dicom-writer.ts";
import { rejects } from "../support/errors.ts";

const test = suite("image/pictures");
const next = random(12);
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const COLOUR = { grey: 0, rgb: 2, palette: 3, greyAlpha: 4, rgba: 6 };
const luma = (r: number, g: number, b: number) =>
  Math.floor((r * 19595 + g * 38470 + b * 7471 + 32768) / 65536);

function word(value: number): Uint8Array {
  return sampleBytes([value], 32, false);
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const body = concat(ascii(type), content);
  return concat(word(content.length), body, word(crc32(body)));
}

/** rows: packed bytes of each row; filters are cycled through. */
function png(
  width: number,
  depth: number,
  colour: number,
  rows: Uint8Array[],
  options: { palette?: number[]; interlace?: number; filters?: number[] } = {},
) {
  const { palette, interlace = 0, filters = [0, 1, 2, 3, 4] } = options;
  const channels = [1, 0, 3, 1, 2, 0, 4][colour];
  const step = Math.max(1, (depth * channels) >> 3);
  const filtered = rows.map((row, y) => {
    const filter = filters[y % filters.length];
    const above = rows[y - 1] ?? new Uint8Array(row.length);
    const predict = (x: number) => {
      const [a, b, c] = [row[x - step] ?? 0, above[x], above[x - step] ?? 0];
      const p = a + b - c;
      const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
      return [0, a, b, (a + b) >> 1, pa <= pb && pa <= pc ? a : pb <= pc ? b : c][filter] ?? 0;
    };
    return concat(
      Uint8Array.of(filter),
      row.map((value, x) => value - predict(x)),
    );
  });
  const header = concat(word(width), word(rows.length), Uint8Array.of(depth, colour, 0, 0, interlace));
  const data = zlibSync(concat(...filtered));
  const middle = data.length >> 1;
  return concat(
    SIGNATURE,
    chunk("IHDR", header),
    ...(palette === undefined ? [] : [chunk("PLTE", Uint8Array.from(palette))]),
    chunk("IDAT", data.subarray(0, middle)),
    chunk("IDAT", data.subarray(middle)),
    chunk("IEND", new Uint8Array()),
  );
}

function packRows(samples: number[], perRow: number, depth: number): Uint8Array[] {
  return Array.from({ length: samples.length / perRow }, (_, y) => {
    const row = samples.slice(y * perRow, (y + 1) * perRow);
    if (depth >= 8) return sampleBytes(row, depth, false);
    const bytes = new Uint8Array(Math.ceil((perRow * depth) / 8));
    row.forEach((value, x) => {
      bytes[(x * depth) >> 3] |= value << (8 - depth - ((x * depth) & 7));
    });
    return bytes;
  });
}

const [width, height] = [11, 10];
const randoms = (count: number, depth: number) =>
  Array.from({ length: count }, () => Math.floor(next() * 2 ** depth));

for (const depth of [1, 2, 4, 8, 16])
  test(`PNG, grey of ${depth} bits, all filters`, async () => {
    const samples = randoms(width * height, depth);
    const radiograph = await readRadiograph(png(width, depth, COLOUR.grey, packRows(samples, width, depth)));
    assert.equal(Array.from(radiograph.samples), samples);
    assert.equal(
      [radiograph.format, radiograph.width, radiograph.height, radiograph.bitsStored],
      ["png", width, height, depth],
    );
  });

for (const depth of [8, 16])
  test(`PNG, colour and alpha of ${depth} bits`, async () => {
    for (const [colour, channels] of [
      [COLOUR.rgb, 3],
      [COLOUR.rgba, 4],
      [COLOUR.greyAlpha, 2],
    ]) {
      const samples = randoms(width * height * channels, depth);
      const { samples: read } = await readRadiograph(
        png(width, depth, colour, packRows(samples, width * channels, depth)),
      );
      const at = (i: number, c: number) => samples[i * channels + c];
      const expected = Array.from({ length: width * height }, (_, i) =>
        channels === 2 ? at(i, 0) : luma(at(i, 0), at(i, 1), at(i, 2)),
      );
      assert.equal(Array.from(read), expected);
    }
  });

for (const depth of [1, 2, 4, 8])
  test(`PNG, palette of ${depth} bits`, async () => {
    const indices = randoms(width * height, depth);
    const palette = randoms(3 * 2 ** depth, 8);
    const rows = packRows(indices, width, depth);
    const radiograph = await readRadiograph(png(width, depth, COLOUR.palette, rows, { palette }));
    const expected = indices.map((i) => luma(palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]));
    assert.equal(Array.from(radiograph.samples), expected);
    await rejects(() => readRadiograph(png(width, depth, COLOUR.palette, rows)), "INVALID_PNG", /palette/);
  });

test("broken PNG files are named", async () => {
  const good = png(width, 8, COLOUR.grey, packRows(randoms(width * height, 8), width, 8));
  const changed = (at: number) => Uint8Array.from(good, (byte, i) => (i === at ? byte ^ 1 : byte));
  await rejects(() => readRadiograph(changed(20)), "INVALID_PNG", /checksum/);
  await rejects(() => readRadiograph(good.subarray(0, good.length >> 1)), "TRUNCATED_DATA");
  await rejects(() => readRadiograph(good.subarray(0, 20)), "TRUNCATED_DATA");
  const rows = packRows(randoms(width * height, 8), width, 8);
  await rejects(
    () => readRadiograph(png(width, 8, COLOUR.grey, rows, { interlace: 1 })),
    "UNSUPPORTED_PIXELS",
    /nterlac/,
  );
  await rejects(
    () => readRadiograph(png(width, 8, COLOUR.grey, rows, { filters: [7] })),
    "INVALID_PNG",
    /filter 7/,
  );
  await rejects(() => readRadiograph(png(width, 3, COLOUR.grey, rows)), "INVALID_PNG", /3 bits/);
  await rejects(
    () => readRadiograph(png(width, 8, COLOUR.grey, [...rows.slice(0, 9), new Uint8Array(3)])),
    "TRUNCATED_DATA",
  );
  await rejects(
    () => readRadiograph(png(width, 8, COLOUR.grey, [...rows.slice(0, 9), new Uint8Array(99)])),
    "LIMIT_EXCEEDED",
  );
  const huge = concat(
    SIGNATURE,
    chunk("IHDR", concat(word(60000), word(60000), Uint8Array.of(8, 0, 0, 0, 0))),
  );
  await rejects(() => readRadiograph(huge), "LIMIT_EXCEEDED", /60000/);
});

test("the PNG writer is read back", async () => {
  const pixels = Uint8Array.from(randoms(width * height, 8));
  const bytes = encodePng({ pixels, width, height });
  assert.equal((await readRadiograph(bytes)).samples, pixels);
  await rejects(() => encodePng({ pixels, width, height: 3 }), "INVALID_ARGUMENT");
});

test("raw samples", async () => {
  const read = async (bytes: number[], raw: RawFormat) =>
    Array.from((await readRadiograph(Uint8Array.from(bytes), { raw })).samples);
  assert.equal(await read([1, 2, 3], { width: 3, height: 1, bits: 8 }), [1, 2, 3]);
  assert.equal(await read([1, 2, 3, 4], { width: 2, height: 1, bits: 12 + 4 }), [513, 1027]);
  assert.equal(await read([1, 2, 3, 4], { width: 1, height: 2, bits: 10, littleEndian: false }), [258, 772]);
  assert.equal(await read([255, 15, 0, 8], { width: 2, height: 1, bits: 12, signed: true }), [-1, -2048]);
  assert.equal(await read([10, 20, 30, 255], { width: 1, height: 1, bits: 8, channels: 4 }), [
    luma(10, 20, 30),
  ]);
  await rejects(() => read([1], { width: 2, height: 1, bits: 8 }), "TRUNCATED_DATA", /2 bytes, found 1/);
  await rejects(() => read([1, 2, 3], { width: 2, height: 1, bits: 8 }), "INVALID_ARGUMENT");
  await rejects(() => read([255, 255], { width: 1, height: 1, bits: 12 }), "INVALID_ARGUMENT", /12 bits/);
  await rejects(() => read([1], { width: 1, height: 1, bits: 0 }), "INVALID_ARGUMENT");
  await rejects(() => read([1], { width: 0, height: 1, bits: 8 }), "INVALID_ARGUMENT");
  await rejects(
    () => read([1], { width: 1, height: 1, bits: 8, depth: 8 } as RawFormat),
    "INVALID_ARGUMENT",
    /depth/,
  );
  await rejects(() => read([1], { width: 2 ** 15, height: 2 ** 15, bits: 8 }), "LIMIT_EXCEEDED");
});

test.run();
