/** Stored samples to network inputs, bit for bit against the reference's steps written out in float64. */
import type { BackendInstance } from "../../src/backends/backend.ts";
import type {
  DisplayRequest,
  GrayImage,
  ImageInput,
  InputTensors,
  Samples,
  Voi,
} from "../../src/backends/core.ts";
import { assert, random, suite } from "../shim.ts";
import { backendCases, withBackend } from "../support/backend-matrix.ts";
import { hostTensors } from "../support/host-tensors.ts";

const test = suite("image/inputs");
const next = random(Date.now() % 2 ** 31);
const below = (n: number): number => Math.floor(next() * n);

/** Pillow's BILINEAR along one axis: per output the first tap and weights in 22-bit fixed point. */
function taps(size: number, target: number): { first: number; weights: number[] }[] {
  const scale = size / target;
  const support = Math.max(scale, 1);
  return Array.from({ length: target }, (_, i) => {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(size, Math.trunc(center + support + 0.5));
    const exact: number[] = [];
    for (let x = first; x < end; x++)
      exact.push(Math.max(0, 1 - Math.abs((x - center + 0.5) * (1 / support))));
    const sum = exact.reduce((a, b) => a + b, 0);
    return { first, weights: exact.map((weight) => Math.trunc(0.5 + (weight / sum) * 2 ** 22)) };
  });
}

const rounded = (sum: number): number => Math.min(255, Math.floor((sum + 2 ** 21) / 2 ** 22));

function resize({ pixels, height, width }: GrayImage, toHeight: number, toWidth: number): Uint8Array {
  const across = taps(width, toWidth);
  const down = taps(height, toHeight);
  const narrow = new Uint8Array(height * toWidth);
  for (let y = 0; y < height; y++)
    across.forEach(({ first, weights }, x) => {
      narrow[y * toWidth + x] = rounded(
        weights.reduce((sum, weight, k) => sum + weight * pixels[y * width + first + k]!, 0),
      );
    });
  const result = new Uint8Array(toHeight * toWidth);
  down.forEach(({ first, weights }, y) => {
    for (let x = 0; x < toWidth; x++)
      result[y * toWidth + x] = rounded(
        weights.reduce((sum, weight, k) => sum + weight * narrow[(first + k) * toWidth + x]!, 0),
      );
  });
  return result;
}

/** Window without rescale, LUT or nothing; inversion; min-max to 8 bits. */
function display({
  samples,
  height,
  width,
  bitsStored,
  signed,
  monochrome1,
  voi,
}: DisplayRequest): GrayImage {
  const toned = Float64Array.from(samples, (x) => tone(x, voi, bitsStored, signed));
  const high = toned.reduce((a, b) => Math.max(a, b));
  const values = monochrome1 ? toned.map((x) => high - x) : toned;
  const low = values.reduce((a, b) => Math.min(a, b));
  const range = values.reduce((a, b) => Math.max(a, b)) - low;
  const pixels = Uint8Array.from(values, (x) => (range === 0 ? 0 : Math.trunc(((x - low) / range) * 255)));
  return { pixels, height, width };
}

function tone(x: number, voi: Voi, bits: number, signed: boolean): number {
  if (voi.kind === "lut")
    return voi.entries[Math.min(Math.max(x - voi.first, 0), voi.entries.length - 1)]! & 0xffff;
  if (voi.kind === "none") return x;
  const [center, width] =
    voi.function === "LINEAR" ? [voi.center - 0.5, voi.width - 1] : [voi.center, voi.width];
  const low = signed ? -(2 ** (bits - 1)) : 0;
  const high = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  if (x <= center - width / 2) return low;
  if (x > center + width / 2) return high;
  return ((x - center) / width + 0.5) * (high - low) + low;
}

function tensor(grey: GrayImage, input: ImageInput): Float32Array {
  const { height, width, paddedHeight, paddedWidth, mean, std } = input;
  const pixels = resize(grey, height, width);
  const f = Math.fround;
  const result = new Float32Array(3 * paddedHeight * paddedWidth);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        result[(c * paddedHeight + y) * paddedWidth + x] = f(
          f(pixels[y * width + x]! - f(mean[c]!)) / f(std[c]!),
        );
  return result;
}

const someInput = (height: number, width: number): ImageInput => ({
  height,
  width,
  paddedHeight: height + below(9),
  paddedWidth: width + below(40),
  mean: [next() * 200, 116.28, next()],
  std: [1, 0.1 + next() * 60, -3],
});

/** Types of samples with the bits that they hold. */
const TYPES = [
  [Uint8Array, 8, false],
  [Int8Array, 8, true],
  [Uint16Array, 12, false],
  [Uint16Array, 16, false],
  [Int16Array, 16, true],
  [Int32Array, 20, true],
] as const;

function somePicture(height: number, width: number, index: number): DisplayRequest {
  const [type, bitsStored, signed] = TYPES[index % TYPES.length]!;
  const span = 2 ** bitsStored;
  const used = 1 + below(span);
  const low = (signed ? -span / 2 : 0) + below(span - used + 1);
  const samples: Samples = new type(height * width).map(() => low + below(used));
  const first = low + below(used) - 40;
  const entries = Uint16Array.from({ length: 1 + below(3000) }, () => below(4096));
  const window = { center: low + next() * used, width: 1 + next() * used, rescale: null };
  const vois: readonly Voi[] = [
    { kind: "none" },
    { kind: "window", function: "LINEAR", ...window },
    { kind: "window", function: "LINEAR_EXACT", ...window },
    { kind: "lut", first, bits: 12, entries },
  ];
  return { samples, height, width, bitsStored, signed, monochrome1: next() < 0.5, voi: vois[below(4)]! };
}

/** height, width and sizes to make of it: one pixel, primes, unchanged sides, growing, shrinking, strips. */
const SIZES: readonly (readonly [number, number, readonly (readonly [number, number])[]])[] = [
  [
    1,
    1,
    [
      [1, 1],
      [7, 19],
    ],
  ],
  [
    1,
    67,
    [
      [1, 16],
      [5, 67],
    ],
  ],
  [
    211,
    1,
    [
      [32, 1],
      [211, 3],
    ],
  ],
  [
    17,
    16,
    [
      [17, 16],
      [16, 17],
      [1, 1],
    ],
  ],
  [
    101,
    173,
    [
      [32, 48],
      [101, 48],
      [32, 173],
      [202, 300],
    ],
  ],
  [
    257,
    131,
    [
      [224, 224],
      [63, 31],
      [13, 5],
    ],
  ],
];

for (const entry of await backendCases())
  test(`pictures of all types and odd sizes on ${entry.label}`, () =>
    withBackend(entry, async (instance) => {
      const { image } = instance;
      for (const [height, width, targets] of SIZES)
        for (let index = 0; index < TYPES.length; index++) {
          const picture = somePicture(height, width, index);
          const inputs = targets.map(([h, w]) => someInput(h, w));
          const { tensors: made, conversion } = await image.inputs(picture, inputs);
          const tensors = await hostTensors(instance, made);
          assert.is(conversion, "voi");
          const grey = display(picture);
          inputs.forEach((input, i) => {
            const what = `${height} x ${width} to ${input.height} x ${input.width}, ${JSON.stringify(picture.voi).slice(0, 99)}, ${picture.bitsStored} bits`;
            assert.ok(same(tensors[i]!, tensor(grey, input)), what);
          });
          const asItIs = await image.inputs(grey, inputs);
          assert.is(asItIs.conversion, "none");
          assert.equal(await hostTensors(instance, asItIs.tensors), tensors);
          for (const [h, w] of targets)
            assert.equal((await image.resize(grey, h, w)).pixels, resize(grey, h, w), `${h} x ${w}`);
        }
    }));

test("where the table is large or absent: sigmoid, fallback, one value", async () => {
  for (const entry of await backendCases())
    await withBackend(entry, async (instance) => {
      const { image } = instance;
      const input = someInput(23, 29);
      for (let index = 0; index < TYPES.length; index++) {
        const random = somePicture(61, 59, index);
        const window = { kind: "window", center: 90, width: 700, rescale: null } as const;
        for (const picture of [
          { ...random, voi: { ...window, function: "SIGMOID" } as const },
          { ...random, voi: { ...window, function: "UNKNOWN" } as const },
          { ...random, samples: random.samples.slice().fill(5) },
        ]) {
          const grey = await image.display(picture);
          const { tensors: made, conversion } = await image.inputs(picture, [input]);
          const tensors = await hostTensors(instance, made);
          assert.is(conversion, grey.conversion);
          assert.ok(same(tensors[0]!, tensor(grey, input)));
        }
      }
    });
});

test("values that do not occur have no part in the extrema, wherever the curve peaks", async () => {
  // A tent and its inverse: the curve is extreme inside the range, at values that occur and at ones that do not.
  const tent = Uint16Array.from({ length: 1000 }, (_, i) => 1000 - Math.abs(i - 500));
  const curves = [tent, tent.map((value) => 1000 - value)];
  for (const entry of await backendCases())
    await withBackend(entry, async (instance) => {
      const { image } = instance;
      const input = someInput(20, 20);
      for (const entries of curves)
        for (const occurring of [
          [0, 999],
          [100, 250, 900],
          [100, 500, 900],
        ]) {
          const samples = Uint16Array.from({ length: 40 * 30 }, () => occurring[below(occurring.length)]!);
          const voi = { kind: "lut", first: 0, bits: 12, entries } as const;
          const stored = { samples, bitsStored: 12, signed: false, monochrome1: next() < 0.5, voi };
          const picture = { ...stored, height: 40, width: 30 };
          const { tensors: made } = await image.inputs(picture, [input]);
          const tensors = await hostTensors(instance, made);
          assert.ok(same(tensors[0]!, tensor(display(picture), input)), `${occurring}`);
        }
    });
});

/** Bits, with every 0 the same. */
const copyOf = async (instance: BackendInstance, { tensors }: InputTensors): Promise<Float32Array[]> =>
  (await hostTensors(instance, tensors)).map((tensor) => tensor.map((value) => value + 0));

for (const entry of await backendCases())
  test(`memory that was given back is used again and shows nothing of its past on ${entry.label}`, () =>
    withBackend(entry, async (instance) => {
      const { image } = instance;
      const [a, b] = [somePicture(61, 59, 2), somePicture(61, 59, 3)];
      // Of equal lengths: every element of one picture's tensor is another's padding.
      const plain = { mean: [1, 2, 3], std: [4, 5, 6], paddedHeight: 48, paddedWidth: 64 };
      const large = [{ ...plain, height: 48, width: 64 }];
      const small = [{ ...plain, height: 5, width: 3 }];
      const largeOfA = await copyOf(instance, await image.inputs(a, large));
      const smallOfB = await copyOf(instance, await image.inputs(b, small));
      const first = await image.inputs(a, large);
      const held = await image.inputs(a, large);
      first.release();
      first.release();
      const second = await image.inputs(b, small);
      first.release();
      const third = await image.inputs(b, small);
      const all = [held, second, third];
      const memory = all.map(({ tensors: [tensor] }) =>
        tensor instanceof Float32Array ? tensor.buffer : tensor,
      );
      assert.is(new Set(memory).size, 3);
      const copies: Float32Array[][] = [];
      for (const inputs of all) copies.push(await copyOf(instance, inputs));
      assert.equal(copies, [largeOfA, smallOfB, smallOfB]);
      for (const { release } of all) release();
      const calls = Array.from({ length: 9 }, async (_, i) => {
        const answer = await image.inputs(i % 2 ? a : b, i % 2 ? large : small);
        await new Promise((resolve) => setTimeout(resolve, below(4)));
        assert.equal(await copyOf(instance, answer), i % 2 ? largeOfA : smallOfB);
        if (i % 3 > 0) answer.release();
      });
      await Promise.all(calls);
    }));

test("a picture that its caller changes or transfers after the call is the one of the call", async () => {
  for (const entry of await backendCases())
    await withBackend(entry, async (instance) => {
      const { image } = instance;
      const picture = somePicture(257, 131, 2);
      const inputs = [someInput(64, 48)];
      const expected = await copyOf(instance, await image.inputs(picture, inputs));
      const written = picture.samples.slice();
      const transferred = picture.samples.slice();
      const first = image.inputs({ ...picture, samples: written }, inputs);
      written.fill(0);
      assert.equal(await copyOf(instance, await first), expected);
      const second = image.inputs({ ...picture, samples: transferred }, inputs);
      structuredClone(transferred, { transfer: [transferred.buffer as ArrayBuffer] });
      assert.equal(await copyOf(instance, await second), expected);
    });
});

/** Bit for bit, apart from the sign of 0. */
const same = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

test.run();
