/** The operations of spinexr/detection against straightforward JavaScript, by benchmark.js. */
import { type Detection, openDetection, SpineXRError } from "../src/detection/index.ts";
import { random } from "../test/support/random.ts";
import { COMMON_HELP, choose, command, print } from "./options.ts";
import * as plain from "./plain-detection.ts";
import { table } from "./table.ts";

const SAMPLES = 10;
/** benchmark.js runs each at least so long, in seconds. */
const SECONDS = 1;
const HELP = `npm run bench:detection -- [options]

NMS, decoding and RoIAlign of 100, 1,000 and 10,000 boxes: the addon and WebAssembly against plain JavaScript.

  --rounds N      samples of each at least, 1 to 1000 (default ${SAMPLES})
${COMMON_HELP}

Exit status: 0; 1 for different answers; 2 for options.
`;

/** What is used of benchmark.js, which has no types of its own. */
interface Benchmark {
  run(options: { async: boolean }): void;
  on(event: "complete", listener: () => void): Benchmark;
  readonly error?: Error;
  readonly stats: { readonly sample: readonly number[]; readonly mean: number; readonly rme: number };
}
interface BenchmarkOptions {
  readonly defer: boolean;
  readonly minSamples: number;
  readonly maxTime: number;
  readonly fn: (deferred: { resolve(): void }) => void;
}
type NewBenchmark = new (name: string, options: BenchmarkOptions) => Benchmark;

type Answer = ArrayLike<number>;
interface Operation {
  readonly name: string;
  readonly ours: (core: Detection) => Promise<Answer>;
  readonly plain: () => Answer;
}

const SIZES = [100, 1_000, 10_000];
const PICTURE = { height: 800, width: 1088 };
/** P3 of that picture, at a quarter of the detectors' channels, so that 10,000 regions fit into memory. */
const MAP = { height: 100, width: 136, channels: 64 };

function operations(count: number): Operation[] {
  const next = random(count);
  const side = (): number => 8 + 120 * next();
  const boxes = new Float32Array(4 * count);
  for (let i = 0; i < 4 * count; i += 4) {
    const [x, y] = [next() * PICTURE.width, next() * PICTURE.height];
    boxes.set([x, y, x + side(), y + side()], i);
  }
  const values = (length: number): Float32Array => Float32Array.from({ length }, () => next() - 0.5);
  const nms = { boxes, scores: values(count), iouThreshold: 0.5 };
  const weights = [1, 1, 1, 1] as const;
  const decode = { boxes, deltas: values(4 * count), weights, scaleClamp: Math.log(1000 / 16) };
  const { channels, ...size } = MAP;
  const map = { data: values(size.height * size.width * channels), ...size, scale: 1 / 8 };
  const regions = {
    maps: [map],
    channels,
    boxes,
    outHeight: 7,
    outWidth: 7,
    samplingRatio: 2,
    aligned: true,
  };
  return [
    { name: `nms/${count}`, ours: (core) => core.nms(nms), plain: () => plain.nms(nms) },
    {
      name: `decode/${count}`,
      ours: (core) => core.decodeBoxes(decode),
      plain: () => plain.decodeBoxes(decode),
    },
    {
      name: `roi-align/${count}`,
      ours: (core) => core.roiAlign(regions),
      plain: () => plain.roiAlign(regions),
    },
  ];
}

/** Absolute, on values and pixels: all is computed in float32 there and in float64 here. */
const TOLERANCE = 1e-3;

function check(name: string, found: Answer, expected: Answer): void {
  if (found.length !== expected.length)
    throw new Error(`${name}: expected ${expected.length} numbers, found ${found.length}.`);
  for (let i = 0; i < expected.length; i++)
    if (!(Math.abs(found[i]! - expected[i]!) <= TOLERANCE))
      throw new Error(`${name}: number ${i} expected ${expected[i]}, found ${found[i]}. Nothing was timed.`);
}

interface Row {
  readonly name: string;
  readonly engine: string;
  readonly ms: number;
  /** Relative margin of error in percent, of benchmark.js. */
  readonly rme: number;
  readonly samples: number;
  /** Time of plain JavaScript over this one's. */
  readonly ratio: number;
}

await command(HELP, SAMPLES, {}, async (options) => {
  const chosen = choose(SIZES.flatMap(operations), options);
  if (options.list) {
    const names = chosen.map(({ name }) => ({ name }));
    print(options, names, names.map(({ name }) => name).join("\n"));
    return 0;
  }
  const packageName = "benchmark";
  const { default: Benchmark }: { default: NewBenchmark } = await import(packageName).catch((cause) => {
    throw new Error("benchmark.js is not installed: cd bench && npm ci", { cause });
  });
  const time = (name: string, work: () => Answer | Promise<Answer>): Promise<Benchmark> =>
    new Promise((resolve, reject) => {
      const fn = async (deferred: { resolve(): void }): Promise<void> => {
        await work();
        deferred.resolve();
      };
      const bench = new Benchmark(name, { defer: true, minSamples: options.rounds, maxTime: SECONDS, fn });
      bench.on("complete", () => (bench.error ? reject(bench.error) : resolve(bench))).run({ async: true });
    });
  const cores: Detection[] = [];
  for (const backend of ["cpu", "wasm"] as const) {
    try {
      cores.push(await openDetection({ backend }));
    } catch (error) {
      if (!(error instanceof SpineXRError) || error.code !== "BACKEND_UNAVAILABLE") throw error;
      console.error(`skipped ${backend}: ${error.message}`);
    }
  }
  const rows: Row[] = [];
  try {
    for (const { name, ours, plain: inPlain } of chosen) {
      const expected = inPlain();
      for (const core of cores) check(`${name} ${core.backend}`, await ours(core), expected);
      const row = (engine: string, { stats }: Benchmark, base: Benchmark): Row => ({
        name,
        engine,
        ms: 1000 * stats.mean,
        rme: stats.rme,
        samples: stats.sample.length,
        ratio: base.stats.mean / stats.mean,
      });
      const base = await time(name, inPlain);
      rows.push(row("plain JavaScript", base, base));
      for (const core of cores)
        rows.push(row(`spinexr ${core.backend}`, await time(name, () => ours(core)), base));
    }
  } finally {
    for (const core of cores) await core.dispose();
  }
  const cells = rows.map(({ name, engine, ms, rme, samples, ratio }) => [
    name,
    engine,
    `${ms.toFixed(3)} ±${rme.toFixed(1)} %`,
    String(samples),
    ratio.toFixed(2),
  ]);
  print(options, rows, table(["case", "engine", "ms", "samples", "plain / this"], cells));
  return 0;
});
