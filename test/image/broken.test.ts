/** Damaged and hostile files: a typed error within two seconds, whatever they claim. */
import { readFileSync } from "node:fs";
import { deflateSync } from "fflate";
import { SpineXRError } from "../../src/api/errors.ts";
import { readRadiograph } from "../../src/image/read.ts";
import { assert, random, shared, suite } from "../shim.ts";
import { encodeFrame } from "../support/codec-encoders.ts";
import { encodeDct } from "../support/dct-jpeg-writer.ts";
import {
  ascii,
  concat,
  dicomFile,
  encodingOf,
  picture,
  rawElement,
  SYNTAX,
  sampleBytes,
  wrap,
} from "../support/dicom-writer.ts";
import { rejects } from "../support/errors.ts";

const test = suite("image/broken");
const explicit = encodingOf(SYNTAX.explicit);

function refuses(name: string, code: string, message: RegExp, make: () => Uint8Array | Promise<Uint8Array>) {
  test(`${name}: ${code}`, async () => {
    const bytes = await make();
    const start = performance.now();
    await rejects(() => readRadiograph(bytes), code, message);
    const elapsed = performance.now() - start;
    assert.ok(elapsed < 2000, `took ${elapsed} ms`);
  });
}

refuses("an empty file", "UNSUPPORTED_FORMAT", /empty/, () => new Uint8Array());
refuses("a text file", "UNSUPPORTED_FORMAT", /text/, () =>
  ascii("Dear radiologist,\nplease find enclosed\n"),
);
refuses("a PDF", "UNSUPPORTED_FORMAT", /PDF/, () => ascii("%PDF-1.7\n"));
refuses("noise", "UNSUPPORTED_FORMAT", /unknown binary/, () =>
  Uint8Array.from({ length: 999 }, (_, i) => i * 7 + 3),
);
refuses("a preamble and nothing behind", "INVALID_DICOM", /no data set/, () =>
  wrap("", new Uint8Array()).subarray(0, 132),
);
refuses("MR_truncated.dcm", "TRUNCATED_DATA", /8192.*8130/, () =>
  readFileSync(shared("third_party/radiographs/MR_truncated.dcm")),
);
refuses("a DICOM file without pixels", "NO_PIXEL_DATA", /no pixel data/, () =>
  dicomFile(picture({ rows: 1, columns: 1 }, [1]).filter(([tag]) => tag !== 0x7fe00010)),
);
refuses("encapsulated pixel data without fragments", "NO_PIXEL_DATA", /no fragments/, () =>
  dicomFile(picture({ rows: 1, columns: 1 }, { table: [], fragments: [] }), SYNTAX.jpeg2000),
);
refuses("a claim of 100 MB in a kilobyte", "TRUNCATED_DATA", /needs 100000000 bytes/, () =>
  dicomFile(picture({ rows: 10000, columns: 5000 }, new Uint8Array(300))),
);
refuses("an element that claims 4 GB", "TRUNCATED_DATA", /4294967280/, () =>
  wrap(SYNTAX.explicit, rawElement(0x00091010, "OB", new Uint8Array(8), explicit, 0xfffffff0)),
);
refuses("65535 x 65535 pixels", "LIMIT_EXCEEDED", /65535 x 65535/, () =>
  dicomFile(
    picture({ rows: 65535, columns: 65535 }, { table: [], fragments: [new Uint8Array(10)] }),
    SYNTAX.rle,
  ),
);
refuses("8000 x 8000 pixels in an RLE frame of 100 bytes", "TRUNCATED_DATA", /cannot hold/, () =>
  dicomFile(
    picture({ rows: 8000, columns: 8000 }, { table: [], fragments: [new Uint8Array(100)] }),
    SYNTAX.rle,
  ),
);
for (const syntax of ["explicit", "implicit"] as const)
  refuses(`5000 nested sequences, ${syntax}`, "LIMIT_EXCEEDED", /nested/, () => {
    const encoding = encodingOf(SYNTAX[syntax]);
    const open = concat(
      rawElement(0x00081115, "SQ", new Uint8Array(), encoding, 0xffffffff),
      rawElement(0xfffee000, "", new Uint8Array(), encoding, 0xffffffff),
    );
    return wrap(SYNTAX[syntax], concat(...Array.from({ length: 5000 }, () => open)));
  });
refuses("a sequence that never ends", "TRUNCATED_DATA", /header/, () =>
  wrap(SYNTAX.explicit, rawElement(0x00081115, "SQ", new Uint8Array(), explicit, 0xffffffff)),
);
refuses("a deflate bomb", "LIMIT_EXCEEDED", /inflate to more than/, () => {
  const part = deflateSync(new Uint8Array(2 ** 26), { level: 9 });
  return wrap(SYNTAX.deflated, part);
});
refuses("a deflated file cut in half", "TRUNCATED_DATA", /deflated/, () => {
  const next = random(1);
  const pixels = Array.from({ length: 5000 }, () => Math.floor(next() * 65536));
  const file = dicomFile(picture({ rows: 50, columns: 100 }, pixels), SYNTAX.deflated);
  return file.subarray(0, file.length >> 1);
});
refuses("damaged deflate data", "DECODE_FAILED", /deflated data is damaged/, () =>
  wrap(SYNTAX.deflated, new Uint8Array(50).fill(0xff)),
);
refuses("a fragment longer than the file", "TRUNCATED_DATA", /(FFFE,E000)/i, () => {
  const file = dicomFile(
    picture({ rows: 9, columns: 9 }, { table: [], fragments: [new Uint8Array(200)] }),
    SYNTAX.rle,
  );
  return file.subarray(0, file.length - 100);
});
refuses("an offset table that leads nowhere", "INVALID_DICOM", /offset table/, () =>
  dicomFile(
    picture(
      { rows: 1, columns: 2, bitsAllocated: 8, frames: 2 },
      { table: [5, 6], fragments: [new Uint8Array(2), new Uint8Array(2)] },
    ),
    SYNTAX.encapsulated,
  ),
);
refuses("text behind a DICOM preamble", "INVALID_DICOM", /starts with/, () =>
  concat(new Uint8Array(128), ascii("DICM, said the radiologist")),
);

const frame = { width: 64, height: 64, bits: 12, components: 1, signed: false };
const next = random(8);
const samples = sampleBytes(
  Array.from({ length: 4096 }, () => Math.floor(next() * 4096)),
  16,
);
const fileOf = (syntax: string, bytes: Uint8Array, bits = 12) =>
  dicomFile(
    picture(
      { rows: 64, columns: 64, bitsAllocated: bits <= 8 ? 8 : 16, bitsStored: bits },
      { table: [], fragments: [bytes] },
    ),
    syntax,
  );

const jpegOf = (pixels: Uint8Array) => encodeDct(pixels, { width: 64, height: 64, bits: 8 });

for (const [codec, syntax] of [
  ["jpeg-ls", SYNTAX.jpegLs],
  ["jpeg-2000", SYNTAX.jpeg2000],
  ["htj2k", SYNTAX.htj2k],
] as const) {
  refuses(`a ${codec} stream cut in half`, "TRUNCATED_DATA", /cut off/, async () => {
    const encoded = await encodeFrame(codec, frame, samples);
    return fileOf(syntax, encoded.subarray(0, encoded.length >> 1));
  });
  refuses(`a ${codec} stream of zeros`, "DECODE_FAILED", /starts with/, () =>
    fileOf(syntax, new Uint8Array(100)),
  );
}
refuses("a JPEG stream cut in half", "TRUNCATED_DATA", /cut off/, async () => {
  const encoded = jpegOf(samples.subarray(0, 4096));
  return fileOf(SYNTAX.jpegBaseline, encoded.subarray(0, encoded.length >> 1), 8);
});
refuses("a JPEG file cut in half", "TRUNCATED_DATA", /cut off/, async () => {
  const encoded = jpegOf(samples.subarray(0, 4096));
  return encoded.subarray(0, encoded.length >> 1);
});
refuses("a JPEG file of damaged headers", "INVALID_JPEG", /damaged/, () =>
  Uint8Array.of(0xff, 0xd8, 0xff, 0xd9, 0, 0, 0, 0),
);
refuses("a JPEG of 65500 x 65500 pixels", "LIMIT_EXCEEDED", /65500/, async () => {
  const encoded = jpegOf(samples.subarray(0, 4096));
  const sof = encoded.findIndex((byte, i) => byte === 0xff && encoded[i + 1] === 0xc0);
  encoded.set([0xff, 0xdc, 0xff, 0xdc], sof + 5);
  return encoded;
});
for (const file of ["RG2_J2KR.dcm", "RG2_JLSL.dcm", "RG2_JPLL.dcm", "RG2_JPLY.dcm", "RG2_RLE.dcm"])
  refuses(`half of ${file}`, "TRUNCATED_DATA", /cut off/, () => {
    const bytes = readFileSync(shared(`third_party/radiographs/${file}`));
    return bytes.subarray(0, bytes.length >> 1);
  });

test("bytes changed at random end in an error or a picture of the promised size, in time", async () => {
  const change = random(77);
  const streams: [string, Uint8Array, number][] = [];
  for (const [codec, syntax] of [
    ["jpeg-ls", SYNTAX.jpegLs],
    ["jpeg-2000", SYNTAX.jpeg2000],
    ["htj2k", SYNTAX.htj2k],
  ] as const)
    streams.push([syntax, await encodeFrame(codec, frame, samples), 12]);
  streams.push([SYNTAX.jpegBaseline, jpegOf(samples.subarray(0, 4096)), 8]);
  for (const [syntax, stream, bits] of streams)
    for (let round = 0; round < 4; round++) {
      const damaged = fileOf(syntax, stream, bits);
      const from = damaged.length - stream.length;
      for (let i = 0; i < 1 + round; i++)
        damaged[from + Math.floor(change() ** 2 * stream.length)] = Math.floor(change() * 256);
      const start = performance.now();
      try {
        assert.is((await readRadiograph(damaged)).samples.length, 4096);
      } catch (error) {
        assert.instance(error, SpineXRError);
        assert.ok(
          [
            "DECODE_FAILED",
            "TRUNCATED_DATA",
            "UNSUPPORTED_PIXELS",
            "LIMIT_EXCEEDED",
            "INVALID_DICOM",
          ].includes((error as SpineXRError).code),
          String(error),
        );
      }
      const elapsed = performance.now() - start;
      assert.ok(elapsed < 2500, `${syntax}, round ${round}: ${elapsed} ms`);
    }
});

test("every prefix of a small file is refused with a typed error", async () => {
  const file = dicomFile(picture({ rows: 2, columns: 2 }, [1, 2, 3, 4]));
  for (let length = 0; length < file.length; length++) {
    let code = "";
    await readRadiograph(file.subarray(0, length)).catch((error) => {
      code = error.code;
    });
    assert.match(code, /UNSUPPORTED_FORMAT|INVALID_DICOM|TRUNCATED_DATA|NO_PIXEL_DATA/, `${length} bytes`);
  }
});

test("a codec that takes too long is stopped; the next picture is read", async () => {
  const file = readFileSync(shared("third_party/radiographs/RG2_J2KR.dcm"));
  await rejects(() => readRadiograph(file, { limits: { decodeMs: 20 } }), "LIMIT_EXCEEDED", /20 ms/);
  const radiograph = await readRadiograph(readFileSync(shared("third_party/radiographs/bad_sequence.dcm")));
  assert.is(radiograph.width, 512);
});

test("an AbortSignal stops before and during decoding", async () => {
  await rejects(() => readRadiograph(new Uint8Array(), { signal: AbortSignal.abort() }), "ABORTED");
  const file = readFileSync(shared("third_party/radiographs/RG2_J2KR.dcm"));
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 60);
  await rejects(() => readRadiograph(file, { signal: controller.signal }), "ABORTED");
});

test("eight files at once", async () => {
  const encoded = await encodeFrame("htj2k", frame, samples);
  const file = fileOf(SYNTAX.htj2k, encoded);
  const all = await Promise.all(Array.from({ length: 8 }, () => readRadiograph(file)));
  assert.is(new Set(all.map(({ sha256 }) => sha256)).size, 1);
});

test.run();
