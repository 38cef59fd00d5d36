/** Every kernel on the layer shapes of our networks: what it reaches of what this machine can do. */
import { join } from "node:path";
import { summarize } from "../src/benchmark/summary.ts";
import { attachDecoder } from "../src/decoders/index.ts";
import { loadNetwork, type StepTiming } from "../src/index.node.ts";
import { parseModel } from "../src/onnx/import.ts";
import { writeModel } from "../src/onnx/write.ts";
import type { DetectorEntry } from "../src/package/manifest.ts";
import { totalBytes } from "../src/plan/describe.ts";
import { readBytes } from "../src/platform/files.ts";
import { describeMachine } from "./machine.ts";
import { type Architecture, modelPackage, networks } from "./models.ts";
import { COMMON_HELP, choose, command, type Options, print, UsageError, wholeNumber } from "./options.ts";
import { measurePeak, type Peak } from "./peak.ts";
import { readInputs } from "./peers/inputs.ts";
import { table } from "./table.ts";

const ROUNDS = 8;
const HELP = `npm run bench:kernels -- [options]

Each distinct layer of our networks, as planned and run here, against the measured peak of the machine.

  --rounds N      profiled runs of each network, of which medians are taken, 1 to 1000 (default ${ROUNDS})
  --threads N     1 to 256 (default 1)
  --backend NAME  cpu (default) or wasm; SPINEXR_FORCE_ISA chooses a kernel set
${COMMON_HELP}
`;

interface Subject {
  readonly name: Architecture;
  readonly dims: readonly [number, number, number, number];
}
/** The other DenseNets have no other shapes than more channels. */
const SUBJECTS: readonly Subject[] = [
  { name: "densenet121", dims: [1, 3, 224, 224] },
  { name: "retinanet", dims: [1, 3, 800, 1088] },
  { name: "sparse-rcnn", dims: [1, 3, 800, 1088] },
];

interface Kernel extends Omit<StepTiming, "name" | "bytes"> {
  readonly network: string;
  /** Steps with this kernel and these shapes. */
  readonly steps: number;
  /** Of one step; the median of runs, in the mean over the steps. */
  readonly ms: number;
  readonly bytes: number;
  readonly gflops: number;
  readonly gbytes: number;
  /** What bounds it here, and how much of that it reaches; null where the peak is unknown. */
  readonly bound: "arithmetic" | "memory" | null;
  readonly share: number | null;
}

await command(HELP, ROUNDS, { threads: { type: "string" }, backend: { type: "string" } }, async (options) => {
  const subjects = choose(SUBJECTS, options);
  if (options.list) {
    const rows = subjects.map(({ name, dims }) => [name, dims.join(" x ")]);
    print(options, subjects, table(["network", "input"], rows));
    return 0;
  }
  const threads = wholeNumber("threads", options.values.threads ?? "1", 256);
  const peak = await measurePeak(threads);
  const kernels: Kernel[] = [];
  let isa = "";
  for (const subject of subjects) {
    const profile = await profiles(subject, threads, options);
    isa = profile.isa;
    kernels.push(...group(subject.name, profile.runs, peak));
  }
  const results = { machine: describeMachine(), isa, threads, rounds: options.rounds, peak, kernels };
  const limits =
    peak === null
      ? ""
      : `\nPeak, ${threads}T: ${peak.gflops.toFixed(0)} GFLOP/s, ${peak.gbytes.toFixed(1)} GB/s`;
  print(options, results, `${toTable(kernels)}\n\nKernels ${isa}, ${threads}T${limits}`);
  return 0;
});

async function profiles({ name, dims }: Subject, threads: number, { rounds, values }: Options) {
  const { backend = "cpu" } = values;
  if (backend !== "cpu" && backend !== "wasm")
    throw new UsageError(`--backend expects cpu or wasm, found "${backend}".`);
  const job = await networks([name], dims);
  if (job.kind !== "networks") throw new Error("expected networks");
  const inputs = readInputs(job.networks[0]!.inputs);
  await using network = await loadNetwork(await wholeNetwork(name), { backend, threads });
  const runs: (readonly StepTiming[])[] = [];
  await network.run(inputs);
  for (let i = 0; i < rounds; i++) runs.push((await network.profile(inputs)).steps);
  return { isa: network.backend.isa, runs };
}

/** ONNX bytes, with the decoder where the package names one. */
async function wholeNetwork(name: Architecture): Promise<Uint8Array> {
  const { folder } = await modelPackage([name]);
  const read = (file: string): Promise<Uint8Array> => readBytes(join(folder, file));
  const onnx = await read(`${name}.onnx`);
  const manifest = JSON.parse(new TextDecoder().decode(await read("model.json")));
  const detector = manifest.detector as DetectorEntry | null;
  if (detector === null) return onnx;
  return writeModel(attachDecoder(parseModel(onnx), detector.decoder, detector.labels.length));
}

/** Steps of the same kind and shapes as one. */
function group(network: string, runs: readonly (readonly StepTiming[])[], peak: Peak | null): Kernel[] {
  const groups = new Map<string, { step: StepTiming; ms: number[] }>();
  runs[0]!.forEach((step, i) => {
    const { kind, algorithm, detail, dims, flops, bytes } = step;
    const key = JSON.stringify([kind, algorithm, detail, dims, flops, bytes]);
    const { median } = summarize(runs.map((steps) => steps[i]!.ms));
    const found = groups.get(key);
    if (found === undefined) groups.set(key, { step, ms: [median] });
    else found.ms.push(median);
  });
  const kernels = [...groups.values()].map(({ step, ms }): Kernel => {
    const { kind, algorithm, detail, dims, flops } = step;
    const bytes = totalBytes(step.bytes);
    const mean = ms.reduce((a, b) => a + b, 0) / ms.length;
    const per = (amount: number): number => (mean > 0 ? amount / mean / 1e6 : 0);
    const common = { network, kind, algorithm, detail, dims, flops, bytes, steps: ms.length, ms: mean };
    return { ...common, gflops: per(flops), gbytes: per(bytes), ...shareOf(flops, bytes, mean, peak) };
  });
  return kernels.sort((a, b) => b.ms * b.steps - a.ms * a.steps);
}

/** The least time that arithmetic or memory allow, over the time that it took. */
function shareOf(
  flops: number,
  bytes: number,
  ms: number,
  peak: Peak | null,
): Pick<Kernel, "bound" | "share"> {
  if (peak === null || ms === 0) return { bound: null, share: null };
  const [arithmetic, memory] = [flops / peak.gflops / 1e6, bytes / peak.gbytes / 1e6];
  return { bound: arithmetic > memory ? "arithmetic" : "memory", share: Math.max(arithmetic, memory) / ms };
}

function toTable(kernels: readonly Kernel[]): string {
  const head = [
    "network",
    "kernel",
    "detail",
    "result",
    "MFLOP",
    "MB",
    "steps",
    "ms",
    "all ms",
    "GFLOP/s",
    "GB/s",
  ];
  const rows = kernels.map((k) => [
    k.network,
    k.algorithm === "" ? k.kind : `${k.kind}, ${k.algorithm}`,
    k.detail,
    k.dims.join("x"),
    (k.flops / 1e6).toFixed(1),
    (k.bytes / 1e6).toFixed(2),
    String(k.steps),
    k.ms.toFixed(3),
    (k.ms * k.steps).toFixed(2),
    k.flops === 0 ? "" : k.gflops.toFixed(1),
    k.gbytes.toFixed(1),
    k.share === null ? "" : `${(100 * k.share).toFixed(0)} % of ${k.bound}`,
  ]);
  return table([...head, "of peak"], rows);
}
