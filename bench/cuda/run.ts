/**
 * The backend "cuda" beside PyTorch on the same GPU: `npx tsx bench/cuda/run.ts --help`. bench/README.md says what is compared.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { BACKENDS } from "../../src/backends/registry.ts";
import { useVendorLibraries } from "../../test/cuda/vendor-folders.ts";
import type { Architecture } from "../models.ts";
import { choose, command, type Options, print, UsageError, wholeNumber } from "../options.ts";
import { type GpuCase, gpuCases, SCREENING } from "./cases.ts";
import { type Written, writeNetworks } from "./job.ts";
import { compareCase, type Settings } from "./measure.ts";
import { type GpuResults, toMarkdown, toTable } from "./results.ts";
import { Rival } from "./rival.ts";

const ROUNDS = 5;
const HELP = `npx tsx bench/cuda/run.ts [options]

DenseNet-121, RetinaNet, Sparse R-CNN and the whole screening on the backend "cuda" beside PyTorch, in turns. About 7 minutes.

  --rounds N      turns of each side (default ${ROUNDS})
  --case TEXT     only cases whose name contains TEXT (repeatable)
  --profile       also which kinds of steps take our time
  --write         also writes bench/RESULTS-cuda.md
  --python FILE   the Python with PyTorch (default python3, or SPINEXR_BENCH_PYTHON)
  --library FILE  libspinexr_cuda (default: that of this checkout; the emulation for a try without a GPU)
  --quick         small inputs, one round, no peaks: does all work? Not for numbers
  --processor     both sides on the processor: a try of everything but CUDA; implies --quick
  --root FOLDER   where bench/ and native/ lie (default: the checkout or package that this file is in)
  --list          names the cases and ends
  --json [FILE]   results as JSON, to FILE or instead of the table
  --help          this text
`;

const OWN = {
  profile: { type: "boolean" },
  write: { type: "boolean" },
  quick: { type: "boolean" },
  processor: { type: "boolean" },
  python: { type: "string" },
  library: { type: "string" },
  root: { type: "string" },
} as const;

await command(HELP, ROUNDS, OWN, async (options) => {
  const processor = options.flags.has("processor");
  const quick = processor || options.flags.has("quick");
  const cases = choose(gpuCases(quick), options);
  if (options.list) {
    print(options, cases, cases.map(({ name, what }) => `${name}: ${what}`).join("\n"));
    return 0;
  }
  if (options.flags.has("write") && quick)
    throw new UsageError("--write is for measurements: leave out --quick and --processor.");
  const root = resolve(options.values.root ?? join(import.meta.dirname, "../.."));
  const { library } = options.values;
  if (library !== undefined) process.env.SPINEXR_CUDA = resolve(library);
  const python = options.values.python ?? process.env.SPINEXR_BENCH_PYTHON ?? "python3";
  if (!processor) {
    useVendorLibraries(python);
    await checkCuda();
  }
  const settings: Settings = {
    rounds: quick ? 1 : wholeNumber("rounds", options.values.rounds ?? String(ROUNDS), 1000),
    turnMs: quick ? 0 : 400,
    backend: processor ? "cpu" : "cuda",
    profile: options.flags.has("profile"),
  };
  return compareAll(cases, settings, { root, python, quick }, options);
});

/** Says why nothing can run before minutes are spent on networks. */
async function checkCuda(): Promise<void> {
  const cuda = BACKENDS.find(({ name }) => name === "cuda")!;
  const { available, reason } = await cuda.probe();
  if (!available) throw new Error(reason);
}

async function compareAll(
  cases: readonly GpuCase[],
  settings: Settings,
  { root, python, quick }: { root: string; python: string; quick: boolean },
  options: Options,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "spinexr-cuda-bench-"));
  const script = join(root, "bench/cuda/rival.py");
  if (!existsSync(script)) throw new UsageError(`--root: there is no ${script}.`);
  const onGpu = settings.backend === "cuda" && !quick;
  const rival = await Rival.start(python, script, onGpu ? "cuda" : "cpu");
  try {
    const peaks = quick ? null : await rival.peaks();
    const written = new Map<string, Written>();
    const screens = cases.some(({ kind }) => kind === "screen");
    // The screening's package has most of the networks: they are made once.
    const networksWith = async (name: Architecture): Promise<Written> => {
      const archs = screens && SCREENING.includes(name as never) ? SCREENING : [name];
      const key = archs.join("+");
      if (!written.has(key)) written.set(key, await writeNetworks(folder, archs));
      return written.get(key)!;
    };
    const results: GpuResults = {
      date: new Date().toISOString().slice(0, 10),
      rival: rival.about,
      ours: "",
      rounds: settings.rounds,
      peaks,
      cases: [],
      failed: [],
    };
    for (const each of cases) {
      try {
        const result = await compareCase(each, { ...settings, folder, networksWith, rival, peaks, onGpu });
        results.ours ||= result.device;
        results.cases.push(result);
        console.error(`${each.name}: ${result.difference}`);
      } catch (error) {
        results.failed.push({ name: each.name, reason: (error as Error).message });
        console.error(`${each.name}: FAILED, ${(error as Error).message}`);
      }
    }
    print(options, results, toTable(results));
    const path = join(root, "bench/RESULTS-cuda.md");
    if (options.flags.has("write")) await writeFile(path, toMarkdown(results));
    return results.failed.length === 0 && results.cases.length > 0 ? 0 : 1;
  } finally {
    rival.close();
    await rm(folder, { recursive: true, force: true });
  }
}
