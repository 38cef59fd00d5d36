/** ImageCore: the same bytes from every build, and refusals before anything is allocated. */
import type { DisplayRequest, ImageInput, Voi } from "../../src/backends/core.ts";
import { assert, random, suite } from "../shim.ts";
import { hostTensors } from "../support/host-tensors.ts";
import { failureOf, open, TARGETS } from "./support.ts";

const test = suite("backends: image");
const HEIGHT = 37;
const WIDTH = 53;

const next = random(11);
const samples = Uint16Array.from({ length: HEIGHT * WIDTH }, () => Math.floor(next() * 4096));
const gray = {
  pixels: Uint8Array.from(samples, (value) => value >> 4),
  height: HEIGHT,
  width: WIDTH,
};
const request: DisplayRequest = {
  samples,
  height: HEIGHT,
  width: WIDTH,
  bitsStored: 12,
  signed: false,
  monochrome1: false,
  voi: { kind: "none" },
};
const VOIS: readonly Voi[] = [
  { kind: "none" },
  { kind: "window", function: "LINEAR", center: 2000, width: 900, rescale: { slope: 1, intercept: 0 } },
  { kind: "window", function: "SIGMOID", center: 2000, width: 900, rescale: null },
  { kind: "window", function: "UNKNOWN", center: 2000, width: 900, rescale: null },
  { kind: "lut", first: 100, bits: 12, entries: Uint16Array.from({ length: 3000 }, (_, i) => i) },
];

const INPUT: ImageInput = {
  ...{ height: HEIGHT, width: WIDTH, paddedHeight: 40, paddedWidth: 64 },
  ...{ mean: [100, 110, 120], std: [50, 55, 60] },
};

/** Results of all operations on one backend. */
async function everything(target: (typeof TARGETS)[number]) {
  const backend = await open(target);
  const displays = await Promise.all(VOIS.map((voi) => backend.image.display({ ...request, voi })));
  const inverted = await backend.image.display({ ...request, monochrome1: true });
  const signed = await backend.image.display({ ...request, samples: Int16Array.from(samples), signed: true });
  const resized = await backend.image.resize(gray, 24, 24);
  const two = [INPUT, { ...INPUT, height: 3, width: 64 }];
  const { tensors: made, conversion } = await backend.image.inputs(gray, two);
  const tensors = await hostTensors(backend, made);
  await backend.dispose();
  return { displays, inverted, signed, resized, shown: { tensors, conversion } };
}

test("sizes, padding and conversions", async () => {
  const { displays, resized, shown } = await everything(TARGETS[0]);
  for (const display of displays) assert.is(display.pixels.length, HEIGHT * WIDTH);
  assert.is(displays[3].conversion, "fallback");
  assert.is(displays[1].conversion, "voi");
  assert.is(resized.pixels.length, 24 * 24);
  assert.is(shown.conversion, "none");
  const [whole, wide] = shown.tensors;
  assert.equal([whole!.length, wide!.length], [3 * 40 * 64, 3 * 40 * 64]);
  assert.ok(Math.abs(whole![0]! - (gray.pixels[0]! - 100) / 50) < 1e-6);
  assert.is(whole![WIDTH], 0);
  assert.is(wide![3 * 64], 0);
});

for (const target of TARGETS.slice(1)) {
  test(`${target.label} gives the bytes of cpu`, async () => {
    assert.equal(await everything(target), await everything(TARGETS[0]));
  });
}

test("impossible requests are refused", async () => {
  const backend = await open(TARGETS[1]);
  const { image } = backend;
  const codes = await Promise.all(
    [
      image.display({ ...request, height: HEIGHT + 1 }),
      image.display({ ...request, samples: new Float32Array(4) as never }),
      image.display({ ...request, bitsStored: 0 }),
      image.display({ ...request, voi: { kind: "lut", first: 0, bits: 12, entries: new Uint16Array(0) } }),
      image.resize(gray, 0, 10),
      image.resize(gray, 2.5, 10),
      image.resize(gray, 60000, 60000),
      image.inputs(gray, []),
      image.inputs(gray, Array(65).fill(INPUT)),
      image.inputs(gray, [{ ...INPUT, mean: [0, 0] }]),
      image.inputs(gray, [{ ...INPUT, std: [1, 0, 1] }]),
      image.inputs(gray, [{ ...INPUT, std: [1, Number.NaN, 1] }]),
      image.inputs(gray, [INPUT, { ...INPUT, paddedHeight: HEIGHT - 1 }]),
      image.inputs({ ...request, bitsStored: 33 }, [INPUT]),
      image.inputs({ ...gray, pixels: samples as never }, [INPUT]),
    ].map(async (work) => (await failureOf(work)).code),
  );
  assert.equal(
    codes,
    codes.map((_, i) => (i === 6 ? "LIMIT_EXCEEDED" : "INVALID_ARGUMENT")),
  );
  await backend.dispose();
});

test.run();
