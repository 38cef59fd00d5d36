/**
 * What a newcomer waits for: loading the model that comes with the package, in fresh processes, and screening a phantom of
 * 2000 x 1000, already decoded.
 *
 *     npm run build && node --import tsx bench/shipped.ts [--model NAME] [--backend cpu|wasm] [--threads 2] [--runs 15]
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { DEFAULT_MODEL, loadModel, readImage } from "../dist/index.node.js";
import { summarize } from "../src/benchmark/summary.ts";
import { phantomDicom, planPhantom } from "../src/phantom/index.ts";
import { table } from "./table.ts";

/** Milliseconds on two quiet processors with AVX-512. */
const TARGETS = { load: 300, screen: 150 } as const;

const { values } = parseArgs({
  options: {
    model: { type: "string", default: DEFAULT_MODEL },
    backend: { type: "string", default: "cpu" },
    threads: { type: "string", default: "2" },
    runs: { type: "string", default: "15" },
    /** In the process that loads: print the milliseconds and end. */
    once: { type: "boolean", default: false },
  },
});
const choice = { backend: values.backend as "cpu" | "wasm", threads: Number(values.threads) };
const runs = Number(values.runs);

async function load(): Promise<number> {
  const start = performance.now();
  await using _ = await loadModel(values.model, choice);
  return performance.now() - start;
}

/** A phantom twice as high as wide, within a few percent. */
function picture(): { bytes: Uint8Array; size: string } {
  for (let index = 0; ; index++) {
    const plan = planPhantom({ seed: 5, split: "test", index, longest: 2000 });
    if (Math.abs(plan.height / plan.width - 2) < 0.08)
      return { bytes: phantomDicom(plan), size: `${plan.height} x ${plan.width}` };
  }
}

if (values.once) {
  console.log(await load());
} else {
  const again = [...process.execArgv, ...process.argv.slice(1), "--once"];
  const loads = Array.from({ length: runs }, () => {
    const { stdout, stderr } = spawnSync(process.execPath, again, { encoding: "utf8" });
    if (!(Number(stdout) > 0)) throw new Error(`Loading failed: ${stderr}`);
    return Number(stdout);
  });
  const { bytes, size } = picture();
  const image = await readImage(bytes);
  await using model = await loadModel(values.model, choice);
  const screens: number[] = [];
  for (let i = 0; i <= runs; i++) {
    const start = performance.now();
    await model.screen(image);
    if (i > 0) screens.push(performance.now() - start);
  }
  const row = (what: string, times: readonly number[], target: number): string[] => {
    const { median, p95, least } = summarize(times);
    return [what, ...[median, p95, least].map((ms) => ms.toFixed(0)), `< ${target}`];
  };
  const { name, isa, threads } = model.backend;
  console.log(`${values.model} on ${name}/${isa}, ${threads} threads, ${runs} runs, ms\n`);
  console.log(
    table(
      ["", "median", "p95", "least", "target"],
      [
        row("load, with self-test, in a fresh process", loads, TARGETS.load),
        row(`screen, ${size}, decoded, not the first`, screens, TARGETS.screen),
      ],
    ),
  );
}
