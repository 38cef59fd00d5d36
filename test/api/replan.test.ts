/** One network at several input sizes: the same bits as networks of their own, weights held once, nothing left behind. */
import { resnetFpn } from "../../bench/resnet-fpn.ts";
import type { EngineNetwork } from "../../src/api/network.ts";
import { type LoadNetworkOptions, loadNetwork, type TensorInput } from "../../src/index.node.ts";
import { NodeBuilder } from "../../src/onnx/node-builder.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { open, TARGETS } from "../backends/support.ts";
import { assert, random, suite } from "../shim.ts";
import { emulation } from "../support/cuda-emulation.ts";

const test = suite("replan");
const next = random(17);
const reals = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * next() - 1);

/** Depthwise, grouped, transposed and plain convolution, a product with a vector per pixel, constants of half precision. */
function mixture(): Uint8Array {
  const net = new NodeBuilder();
  const weights = (name: string, ...dims: number[]): string =>
    net.tensor({ name, type: "float", dims, data: reals(dims.reduce((a, b) => a * b, 1)) });
  const pads = { pads: { ints: [1, 1, 1, 1] } };
  let x = net.node("Conv", "stem", ["x", weights("w0", 12, 3, 3, 3), weights("b0", 12)], pads);
  x = net.node("Conv", "depthwise", [x, weights("w1", 12, 1, 3, 3)], { ...pads, group: { int: 12 } });
  const half = Uint16Array.from({ length: 12 * 4 * 9 }, () => 0x3000 + Math.floor(0xc00 * next()));
  net.tensor({ name: "w2", type: "float16", dims: [12, 4, 3, 3], data: half });
  x = net.node("Conv", "grouped", [x, net.node("Cast", "w2.f32", ["w2"], { to: { int: 1 } })], {
    ...pads,
    group: { int: 3 },
  });
  x = net.node("ConvTranspose", "up", [x, weights("w3", 12, 7, 2, 2)], { strides: { ints: [2, 2] } });
  x = net.node("Transpose", "pixels", [x], { perm: { ints: [0, 2, 3, 1] } });
  x = net.node("MatMul", "product", [x, weights("w4", 7, 19)]);
  x = net.node("Resize", "y", [x, "", "scales"], { mode: { string: "nearest" } });
  const image = { name: "x", type: "float", dims: [1, 3, "h", "w"] } as const;
  const scales = { name: "scales", type: "float", dims: [4] } as const;
  return writeModel({
    irVersion: 8,
    producerName: "",
    producerVersion: "",
    opsets: { "": 17 },
    metadata: {},
    graph: {
      name: "mixture",
      inputs: [image, scales],
      outputs: [{ name: x, type: "float", dims: null }],
      initializers: net.initializers,
      nodes: net.nodes,
    },
  });
}

const image = (height: number, width: number): TensorInput => ({
  dims: [1, 3, height, width],
  data: reals(3 * height * width),
});
/** Written to by the caller between its runs. */
const scales = Float32Array.of(1, 1, 2, 1);

const NETWORKS = {
  detector: {
    bytes: writeModel(resnetFpn(16, 32, 2)),
    input: (h: number, w: number) => ({ image: image(h, w) }),
  },
  mixture: {
    bytes: mixture(),
    input: (h: number, w: number) => ({ x: image(h, w), scales: { dims: [4], data: scales } }),
  },
} satisfies Record<string, { bytes: Uint8Array; input(h: number, w: number): Record<string, TensorInput> }>;
const SIZES = [
  [64, 96],
  [96, 64],
  [70, 65],
] as const;

const load = async (bytes: Uint8Array, options: LoadNetworkOptions): Promise<EngineNetwork> =>
  (await loadNetwork(bytes, options)) as EngineNetwork;

// The backend "cuda" of these tests is the emulated one.
const library = emulation();
if (library !== null) process.env.SPINEXR_CUDA = library;

for (const target of TARGETS) {
  const { threads, wasmBuild } = target.options;
  const options: LoadNetworkOptions = {
    backend: target.backend,
    threads,
    ...(wasmBuild === undefined ? {} : { wasmBuild }),
  };
  for (const [name, { bytes, input }] of Object.entries(NETWORKS)) {
    test(`${target.label}: sizes of one ${name} in turns are networks of their own, bit for bit`, async () => {
      await (await open(target)).dispose(); // skips where it cannot run
      await using shared = await load(bytes, options);
      const own = await Promise.all(SIZES.map(() => load(bytes, options)));
      for (const round of [0, 1]) {
        scales[2] = 2 + round;
        for (const [i, [h, w]] of SIZES.entries()) {
          const inputs = input(h, w);
          const [a, b] = [await shared.run(inputs), await own[i]!.run(inputs)];
          assert.equal(Object.keys(a), Object.keys(b));
          for (const [port, { dims, data }] of Object.entries(b)) {
            assert.equal(a[port]!.dims, dims);
            const same = Buffer.from(a[port]!.data.buffer).equals(Buffer.from(data.buffer));
            assert.ok(same, `${port} of ${h} x ${w} in round ${round}`);
          }
        }
      }
      for (const network of own) await network.dispose();
    });
  }

  test(`${target.label}: weights and arena are held once, and none after dispose`, async () => {
    await (await open(target)).dispose();
    const { bytes, input } = NETWORKS.detector;
    const network = await load(bytes, options);
    await network.run(input(64, 64));
    const one = await network.bytes();
    const arenas = [(await network.plan(input(64, 64))).arenaBytes];
    for (const [h, w] of SIZES) {
      await network.run(input(h, w));
      arenas.push((await network.plan(input(h, w))).arenaBytes);
    }
    const weights = one - arenas[0]!;
    assert.ok(
      weights > 0.9 * bytes.length,
      `${weights} bytes besides the arena, ${bytes.length} of the file`,
    );
    const four = await network.bytes();
    const extra = four - weights - Math.max(...arenas);
    // Forms that only some sizes need, and more scratch.
    assert.ok(extra < 0.3 * weights, `${extra} bytes more than the weights and the largest arena`);
    // The arena shrinks when the plan that needed it has gone.
    await network.run(input(256, 256));
    const peak = await network.bytes();
    for (let i = 0; i < 5; i++) await network.run(input(64, 70 + i));
    const after = await network.bytes();
    assert.ok(
      after < peak - 0.5 * (await network.plan(input(256, 256))).arenaBytes,
      `${after} after ${peak}`,
    );
    await network.dispose();
    assert.is(await network.bytes(), 0);
  });

  test(`${target.label}: 200 sizes pass through the prepared plans and leave nothing behind`, async () => {
    await (await open(target)).dispose();
    const { bytes, input } = NETWORKS.mixture;
    await using network = await load(bytes, options);
    // The last four are the same each time.
    const round = async (): Promise<number> => {
      for (let i = 0; i < 50; i++) await network.run(input(9 + (i % 25), 58 - i));
      return network.bytes();
    };
    const seen = [await round()];
    const rss = [process.memoryUsage.rss()];
    for (let i = 0; i < 3; i++) {
      seen.push(await round());
      globalThis.gc?.();
      rss.push(process.memoryUsage.rss());
    }
    assert.equal(seen.slice(1), Array(3).fill(seen[0]));
    // The young generation and the allocator's arenas settle somewhere; four plans of 150 are kept.
    const growth = (rss[3]! - rss[1]!) / 2 ** 20;
    console.log(`NOTE ${target.label}: ${growth.toFixed(1)} MB more after 100 further sizes`);
    assert.ok(growth < 48, `${growth} MB`);
  });
}

test.run();
