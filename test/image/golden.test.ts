/** The reference conversion of real radiographs: pixels equal by hash where the file is lossless, by mean where it is not. */
import { readFileSync } from "node:fs";
import { fitShortestEdge } from "../../src/image/fit.ts";
import { readRadiograph } from "../../src/image/read.ts";
import { sha256Hex } from "../../src/platform/hash.ts";
import { toDisplay } from "../../src/tasks/preprocess.ts";
import { assert, SHARED, shared, suite } from "../shim.ts";
import { BACKEND_NAMES, withBackend } from "../support/cores.ts";

interface Golden {
  file: string;
  transfer_syntax: string;
  conversion: "voi" | "fallback";
  raw_int32le_sha256: string;
  display_u8_sha256: string;
  display_u8_mean: number;
  classifier_224_sha256: string;
  classifier_224_mean: number;
  detector_hw: [number, number];
  detector_sha256: string;
  detector_mean: number;
}

/** Decoders may differ by a grey level: JPEG with a DCT. */
const LOSSY = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"];

const images: Golden[] =
  SHARED === null ? [] : JSON.parse(readFileSync(shared("golden/preprocess.json"), "utf8")).images;
const test = suite("image/golden");

test("the golden files are there", () => {
  shared("golden/preprocess.json");
  assert.ok(images.length > 0);
});

const read = (image: Golden) => readRadiograph(readFileSync(shared(`third_party/radiographs/${image.file}`)));

function mean(pixels: Uint8Array): number {
  return pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
}

for (const image of images) {
  const lossy = LOSSY.includes(image.transfer_syntax);
  if (!lossy)
    test(`${image.file}: stored samples`, async () => {
      assert.is((await read(image)).sha256, image.raw_int32le_sha256);
    });
  for (const backend of BACKEND_NAMES)
    test(`${image.file}: display and both sizes on ${backend}`, () =>
      withBackend(backend, async ({ image: core }) => {
        const same = (what: string, pixels: Uint8Array, hash: string, expectedMean: number) => {
          if (lossy) assert.ok(Math.abs(mean(pixels) - expectedMean) < 0.05, `${what}: mean ${mean(pixels)}`);
          else assert.is(sha256Hex(pixels), hash, what);
        };
        const display = await toDisplay(core, await read(image));
        assert.is(display.conversion, image.conversion);
        same("display", display.pixels, image.display_u8_sha256, image.display_u8_mean);
        const small = await core.resize(display, 224, 224);
        same("classifier", small.pixels, image.classifier_224_sha256, image.classifier_224_mean);
        const size = fitShortestEdge(display.height, display.width, 800, 1333);
        assert.equal([size.height, size.width], image.detector_hw);
        const large = await core.resize(display, size.height, size.width);
        same("detector", large.pixels, image.detector_sha256, image.detector_mean);
      }));
}

test.run();
