/**
 * Everything about the backend "cuda" that needs a GPU: `npx tsx test/cuda/run.ts --help`. Ends with `N passed, N failed`.
 * Also what a worker thread and a child process of these tests run.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { isMainThread, parentPort } from "node:worker_threads";
import { BACKENDS } from "../../src/backends/registry.ts";
import { checkGolden } from "./gpu/golden-checks.ts";
import { checkDeterminism, checkNetworks } from "./gpu/network-checks.ts";
import { checkOps, PRODUCTS } from "./gpu/op-checks.ts";
import { expect, Report, skipCheck } from "./gpu/report.ts";
import { CHILD, checkRobustness, childTask } from "./gpu/robust-checks.ts";
import { checkSanitizers } from "./gpu/sanitizer-checks.ts";
import { DETERMINISTIC, FP16, FP32, TF32 } from "./gpu/variants.ts";
import { CHECKS, compareHeaders } from "./libraries-headers.ts";
import { useVendorLibraries } from "./vendor-folders.ts";

const HELP = `npx tsx test/cuda/run.ts [options]

Builds libspinexr_cuda for this machine's GPU and checks it: operators, golden models, whole networks, errors, threads and
processes, and the operators under compute-sanitizer. About 7 minutes.

  --library FILE   this libspinexr_cuda instead of building one; the emulation, for a try without a GPU
  --quick          a part of the operators, tiny networks, no sanitizers
  --only TEXT      only sections whose name contains TEXT: build, headers, operators fp32, operators fp16, operators TF32,
                   operators deterministic, golden, networks, determinism, robustness, sanitizers
  --every N        every N-th operator case alone (default 1; 9 with --quick)
  --seed N         of the operators' inputs (default: new ones each time)
  --arch N         compute capability to build for, as 90 (default: the GPU's)
  --root FOLDER    where native/ and scripts/ lie (default: the checkout or package that this file is in)
  --shared FOLDER  golden/ and third_party/ (default: SPINEXR_SHARED, ROOT/shared, ROOT/../shared)
`;

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      library: { type: "string" },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      every: { type: "string" },
      seed: { type: "string", default: String(Date.now() & 0xfffff) },
      arch: { type: "string" },
      root: { type: "string", default: join(import.meta.dirname, "../..") },
      shared: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return true;
  }
  const { quick, library, only } = values;
  const root = resolve(values.root);
  const seed = Number(values.seed);
  const every = Number(values.every ?? (quick ? 9 : 1));
  if (!Number.isInteger(seed) || !Number.isInteger(every) || every < 1)
    throw new Error("--seed and --every: expected whole numbers.");
  const shared = [
    values.shared,
    process.env.SPINEXR_SHARED,
    join(root, "shared"),
    join(root, "../shared"),
  ].find((folder) => folder !== undefined && existsSync(folder));
  if (library !== undefined) process.env.SPINEXR_CUDA = resolve(library);
  useVendorLibraries();
  // What sanitizers start has a section's name: it neither builds nor compares again.
  const report = new Report(only === undefined ? null : (name) => name.includes(only));

  if (library === undefined) {
    await report.section("build", (check) => check("libspinexr_cuda", async () => build(root, values.arch)));
    await report.section("headers", async (check) => {
      for (const name of Object.keys(CHECKS)) await check(name, () => headers(name));
    });
  }
  const cuda = BACKENDS.find(({ name }) => name === "cuda")!;
  const { available, reason, device, isa } = await cuda.probe();
  if (!available) {
    report.failed++;
    console.log(`FAIL ${reason}`);
    return report.end();
  }
  console.log(`${device}, ${isa}; seed ${seed}`);
  const emulated = /emulat/i.test(device);
  for (const variant of [FP32, FP16])
    await report.section(`operators ${variant.label}`, (check) => checkOps(check, variant, { seed, every }));
  for (const variant of [TF32, DETERMINISTIC])
    await report.section(`operators ${variant.label}`, (check) =>
      checkOps(check, variant, { seed, every, families: PRODUCTS }),
    );
  await report.section("golden", async (check) => {
    if (!quick) await checkGolden(check, shared ?? join(root, "shared"));
  });
  await report.section("networks", (check) => checkNetworks(check, quick));
  await report.section("determinism", (check) => checkDeterminism(check, quick));
  await report.section("robustness", (check) => checkRobustness(check, emulated));
  await report.section("sanitizers", async (check) => {
    if (!quick) await checkSanitizers(check, seed);
  });
  return report.end();
}

/** Builds for the GPU alone: that is what fits into the time. */
async function build(root: string, asked: string | undefined): Promise<string> {
  const query = spawnSync("nvidia-smi", ["--query-gpu=compute_cap", "--format=csv,noheader", "--id=0"], {
    encoding: "utf8",
  });
  const arch = asked ?? (query.status === 0 ? query.stdout.trim().replace(".", "") : "");
  if (arch === "") skipCheck("nvidia-smi does not say which GPU this is; give --arch");
  const script = join(root, "scripts/build-cuda.mjs");
  // Where the toolkit puts nvcc without telling anyone.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/local/cuda/bin` };
  const child = spawnSync(process.execPath, [script, "--arch", arch, "--require"], { encoding: "utf8", env });
  const words = `${child.stdout}${child.stderr}`.trim();
  if (child.status !== 0 && existsSync(join(root, "build/Release/libspinexr_cuda.so")))
    skipCheck(`${words.split("\n").at(-1)} What is there is used.`);
  expect(child.status === 0, words);
  return words.split("\n").at(-1) ?? "";
}

async function headers(name: string): Promise<string> {
  const folder = await compareHeaders(name, process.env.CXX ?? "c++");
  if (folder === null) skipCheck("no headers here");
  return `agrees with ${folder}`;
}

const child = process.env[CHILD];
if (child === undefined) {
  try {
    process.exitCode = (await main()) ? 0 : 1;
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 2;
  }
} else {
  const problem = await childTask(Number(child));
  if (isMainThread) process.send?.({ problem }, () => process.disconnect());
  else parentPort?.postMessage(problem);
}
