/**
 * From a decoded picture of 12 bits to the inputs of classifier (224 x 224) and detector (shorter side 800, longest at
 * most 1333), on each kernel set and WebAssembly build, in memory that goes round as it does between screenings. Turns are
 * interleaved.
 *
 *     npm run build && npm run bench:preprocess [-- --size 2500x3000] [-- --runs 25]
 */
import { parseArgs } from "node:util";
import type { BackendInstance, BackendOptions } from "../dist/backends/backend.js";
import type { DisplayRequest, ImageInput } from "../dist/backends/core.js";
import { BACKENDS } from "../dist/backends/registry.js";
import { fitShortestEdge } from "../dist/image/fit.js";
import { summarize } from "../src/benchmark/summary.ts";
import { table } from "./table.ts";

const { values } = parseArgs({
  options: {
    /** HEIGHTxWIDTH */
    size: { type: "string", default: "2500x3000" },
    runs: { type: "string", default: "25" },
  },
});
const [height, width] = values.size.split("x").map(Number) as [number, number];
const runs = Number(values.runs);
if (!(height > 0 && width > 0 && runs > 0)) throw new RangeError("Expected --size HEIGHTxWIDTH, --runs N.");

/** Milliseconds for both inputs on two quiet processors, natively. */
const TARGET = 12;

/** Soft shapes under noise, as radiographs are: neighbours look up nearby entries of the table. */
function picture(): DisplayRequest {
  const samples = new Uint16Array(height * width);
  let state = 1;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const shape = 2000 + 900 * Math.sin(y / 211) + 900 * Math.cos(x / 173);
      samples[i] = shape + (state >>> 24);
    }
  const voi = { kind: "window", function: "LINEAR", center: 2048, width: 3000, rescale: null } as const;
  return { samples, height, width, bitsStored: 12, signed: false, monochrome1: true, voi };
}

const mean = [103.53, 116.28, 123.675];
const std = [1, 1, 1];
const pad = (side: number): number => Math.ceil(side / 32) * 32;
const detector = fitShortestEdge(height, width, 800, 1333);
const INPUTS: readonly ImageInput[] = [
  { height: 224, width: 224, paddedHeight: 224, paddedWidth: 224, mean, std },
  { ...detector, paddedHeight: pad(detector.height), paddedWidth: pad(detector.width), mean, std },
];

interface Peer {
  readonly label: string;
  readonly instance: BackendInstance;
  readonly ms: number[];
}

async function open(name: "cpu" | "wasm", options: BackendOptions): Promise<Peer | null> {
  const backend = BACKENDS.find((entry) => entry.name === name)!;
  if (!(await backend.probe(options)).available) return null;
  const label = `${name} ${options.isa ?? options.wasmBuild}, ${options.threads} threads`;
  return { label, instance: await backend.open(options), ms: [] };
}

const choices: readonly (readonly ["cpu" | "wasm", BackendOptions])[] = [
  ["cpu", { threads: 2, isa: "avx512" }],
  ["cpu", { threads: 1, isa: "avx512" }],
  ["cpu", { threads: 2, isa: "avx2" }],
  ["cpu", { threads: 1, isa: "avx2" }],
  ["cpu", { threads: 2, isa: "neon" }],
  ["cpu", { threads: 2, isa: "reference" }],
  ["wasm", { threads: 2, wasmBuild: "relaxed-threads" }],
  ["wasm", { threads: 2, wasmBuild: "simd-threads" }],
  ["wasm", { threads: 1, wasmBuild: "simd" }],
];
const peers: Peer[] = [];
for (const [name, options] of choices) {
  const peer = await open(name, options);
  if (peer !== null) peers.push(peer);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const request = picture();
for (let run = -2; run < runs; run++)
  for (const { instance, ms } of peers) {
    await pause(20);
    const start = performance.now();
    const { release } = await instance.image.inputs(request, INPUTS);
    if (run >= 0) ms.push(performance.now() - start);
    release(); // as screening does when the networks have read the tensors
  }
await Promise.all(peers.map(({ instance }) => instance.dispose()));

const sizes = INPUTS.map((input) => `${input.height} x ${input.width}`).join(" and ");
console.log(`${height} x ${width} of 12 bits to ${sizes}; target: ${TARGET} ms natively on 2 threads`);
console.log(
  table(
    ["backend", "median ms", "±", "least"],
    peers.map(({ label, ms }) => {
      const { median, mad, least } = summarize(ms);
      return [label, median.toFixed(2), mad.toFixed(2), least.toFixed(2)];
    }),
  ),
);
