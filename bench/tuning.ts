/**
 * What tuning wins: a network as the cost model plans it, as measurements do, and once more as the cost model does, because
 * two instances of the same plan differ too: their memory lies elsewhere.
 */
import { join } from "node:path";
import { summarize } from "../src/benchmark/summary.ts";
import { loadNetwork, memoryStore } from "../src/index.node.ts";
import { random } from "../test/support/random.ts";
import { type Architecture, networks } from "./models.ts";
import { COMMON_HELP, choose, command, type Options, print, UsageError, wholeNumber } from "./options.ts";
import { readInputs } from "./peers/inputs.ts";
import { table } from "./table.ts";

const ROUNDS = 15;
const HELP = `node --import tsx bench/tuning.ts [options]

Networks untuned, tuned and untuned again, interleaved; medians of the sum of their steps, and of the steps that tuning changed.

  --rounds N      profiled runs of each, 1 to 1000 (default ${ROUNDS})
  --threads N     1 to 256 (default 2)
  --backend NAME  cpu (default) or wasm; SPINEXR_FORCE_ISA chooses a kernel set
${COMMON_HELP}
`;

interface Subject {
  readonly name: string;
  readonly dims: readonly [number, number, number, number];
  /** Random weights, or a file of the model that comes with the package. */
  readonly from: Architecture | { readonly file: string };
}
const SHIPPED = join(import.meta.dirname, "../models/spinexr-phantom");
const SUBJECTS: readonly Subject[] = [
  { name: "densenet121", dims: [1, 3, 224, 224], from: "densenet121" },
  { name: "retinanet", dims: [1, 3, 800, 1088], from: "retinanet" },
  { name: "shipped-classifier", dims: [1, 3, 640, 448], from: { file: join(SHIPPED, "densenet.onnx") } },
  { name: "shipped-detector", dims: [1, 3, 896, 448], from: { file: join(SHIPPED, "retinanet.onnx") } },
];

await command(HELP, ROUNDS, { threads: { type: "string" }, backend: { type: "string" } }, async (options) => {
  const subjects = choose(SUBJECTS, options);
  if (options.list) {
    const rows = subjects.map(({ name, dims }) => [name, dims.join(" x ")]);
    print(options, subjects, table(["network", "input"], rows));
    return 0;
  }
  const results = [];
  for (const subject of subjects) results.push(await compare(subject, options));
  const columns = ["network", "tuning s", "steps changed", "model", "tuned", "model again"];
  const rows = results.map(({ name, seconds, changed, of, sums, parts }) => [
    name,
    seconds.toFixed(1),
    `${changed} of ${of}`,
    ...sums.map((ms, i) => `${ms.toFixed(2)} (${(parts[i] as number).toFixed(2)})`),
  ]);
  print(options, results, `${table(columns, rows)}\n\nms of all steps (of those that tuning changed)`);
  return 0;
});

async function compare({ name, dims, from }: Subject, { rounds, values }: Options) {
  const { backend = "cpu" } = values;
  if (backend !== "cpu" && backend !== "wasm")
    throw new UsageError(`--backend expects cpu or wasm, found "${backend}".`);
  const threads = wholeNumber("threads", values.threads ?? "2", 256);
  const { onnx, inputs } = await subjectFiles(from, dims);
  const open = (tune: boolean) => loadNetwork(onnx, { backend, threads, tune, tuningStore: memoryStore() });
  await using first = await open(false);
  await using tuned = await open(true);
  await using again = await open(false);
  const all = [first, tuned, again];
  await first.run(inputs);
  const start = performance.now();
  const { steps } = await tuned.profile(inputs);
  const seconds = (performance.now() - start) / 1000;
  const usual = (await again.profile(inputs)).steps;
  const isChanged = steps.map(({ algorithm }, i) => algorithm !== usual[i]?.algorithm);
  const sums: number[][] = [[], [], []];
  const parts: number[][] = [[], [], []];
  for (let round = 0; round < rounds; round++)
    for (const which of round % 2 === 0 ? [0, 1, 2] : [2, 1, 0]) {
      const run = (await all[which]!.profile(inputs)).steps;
      const sum = (wanted: (i: number) => boolean): number =>
        run.reduce((ms, step, i) => (wanted(i) ? ms + step.ms : ms), 0);
      sums[which]!.push(sum(() => true));
      parts[which]!.push(sum((i) => isChanged[i] === true));
    }
  return {
    name,
    seconds,
    changed: isChanged.filter(Boolean).length,
    of: steps.filter(({ kind }) => kind === "conv").length,
    sums: sums.map((list) => summarize(list).median),
    parts: parts.map((list) => summarize(list).median),
    changes: steps.flatMap(({ name, algorithm, dims }, i) =>
      isChanged[i] ? [{ name, dims, model: usual[i]!.algorithm, tuned: algorithm }] : [],
    ),
  };
}

async function subjectFiles(from: Subject["from"], dims: Subject["dims"]) {
  if (typeof from === "string") {
    const job = await networks([from], dims);
    if (job.kind !== "networks") throw new Error("expected networks");
    return { onnx: job.networks[0]!.onnx, inputs: readInputs(job.networks[0]!.inputs) };
  }
  const next = random(7);
  const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => 2 * next() - 1);
  return { onnx: from.file, inputs: { image: { dims, data } } };
}
