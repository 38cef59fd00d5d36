/**
 * Builds the CUDA backend's library from the list "cuda" of native/sources.json. Compiles only what has changed.
 *
 *   node scripts/build-cuda.mjs [--arch 80,90] [--require]   nvcc: build/Release/libspinexr_cuda.so
 *   node scripts/build-cuda.mjs --emulate [--sanitize]       g++: build/cuda-emulation/libspinexr_cuda.so, for tests
 *
 * Without --arch: machine code for compute capabilities 7.5 to 12.0, and PTX for what comes. Where nvcc is not
 * installed it says so in a line and succeeds; --require makes that an error.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..");
const native = join(root, "native");
const { values } = parseArgs({
  options: {
    arch: { type: "string", default: "75,80,86,89,90,100,120" },
    emulate: { type: "boolean", default: false },
    sanitize: { type: "boolean", default: false },
    require: { type: "boolean", default: false },
  },
});
const sources = JSON.parse(readFileSync(join(native, "sources.json"), "utf8"));
const { cuda } = sources;

if (!values.emulate && spawnSync("nvcc", ["--version"], { stdio: "ignore" }).status !== 0) {
  console.error("CUDA library: not built, since nvcc is not here; the backend cuda will say so.");
  process.exit(values.require ? 1 : 0);
}
const arches = values.arch.split(",");
if (!arches.every((arch) => /^\d{2,3}$/.test(arch))) {
  console.error(`--arch: expected compute capabilities such as 80,90, found ${values.arch}.`);
  process.exit(2);
}

const variant = values.emulate ? (values.sanitize ? "cuda-sanitized" : "cuda-emulation") : "cuda";
const objects = join(root, "build", variant);
const product = join(values.emulate ? objects : join(root, "build", "Release"), "libspinexr_cuda.so");

const common = ["-std=c++20", `-I${native}`, ...sources.flags.filter((flag) => flag !== "-ffp-contract=off")];
const host = [...common, "-fPIC", "-fno-exceptions", "-fno-rtti", "-fvisibility=hidden", "-Wall", "-Wextra"];
const sanitize = values.sanitize ? ["-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-g"] : [];
const optimize = values.sanitize ? "-O1" : "-O2";
const exact = "-ffp-contract=off";
const emulation = ["-DSPX_CUDA_EMULATION", `-I${join(root, "test", "cuda")}`];
const nvcc = [
  ...["-std=c++20", "-O3", `-I${native}`, "--threads", "2", "-Wno-deprecated-gpu-targets"],
  ...arches.map((arch) => `-gencode=arch=compute_${arch},code=sm_${arch}`),
  `-gencode=arch=compute_${arches.at(-1)},code=compute_${arches.at(-1)}`,
  ...[
    "--compiler-options",
    "-fPIC,-fno-exceptions,-fno-rtti,-fvisibility=hidden,-Wall,-Wextra",
    "-cudart=static",
  ],
  ...["--expt-relaxed-constexpr", "-Xcudafe", "--diag_suppress=177"],
];

/** One compilation: the source relative to native/, and its command. */
function job(source, kind) {
  const output = join(objects, `${source.replace(/^(\.\.\/)+/, "").replaceAll("/", "_")}.o`);
  const input = join(native, source);
  const tail = ["-MMD", "-MF", `${output}.d`, "-c", input, "-o", output];
  if (kind === "host") {
    const flags = [...host, optimize, exact, ...sanitize, ...(values.emulate ? emulation : [])];
    return { source, output, command: ["g++", ...flags, ...tail] };
  }
  if (values.emulate) {
    const flags = [...host, optimize, exact, ...sanitize, ...emulation, "-x", "c++"];
    return { source, output, command: ["g++", ...flags, ...tail] };
  }
  const contraction = kind === "exact" ? ["--fmad=false"] : [];
  return { source, output, command: ["nvcc", ...nvcc, ...contraction, ...tail] };
}

/** The processor's side: the core, with the reference kernels alone, to check plans. */
const core = [...sources.core, ...sources.isa.reference.sources].map((source) => job(source, "host"));
for (const { command } of core) command.splice(1, 0, "-DSPX_HAVE_REFERENCE");
const jobs = [
  ...cuda.kernels.map((source) => job(source, "kernel")),
  ...cuda.exact.map((source) => job(source, "exact")),
  ...(values.emulate ? cuda.emulation.map((source) => job(source, "host")) : []),
  ...(values.emulate ? [] : cuda.runtime.map((source) => job(source, source.endsWith(".cu") ? "kernel" : "host"))),
  ...cuda.host.map((source) => job(source, "host")),
  ...core,
];

/** Whether the object is older than something that it was made of, or made by another command. */
function stale({ output, command }) {
  if (!existsSync(output) || !existsSync(`${output}.d`)) return true;
  const made = statSync(output).mtimeMs;
  const inputs = readFileSync(`${output}.d`, "utf8")
    .replace(/\\\n/g, " ")
    .replace(/^[^:]*:/, "")
    .split(/\s+/)
    .filter((path) => path !== "");
  if (!existsSync(`${output}.command`) || readFileSync(`${output}.command`, "utf8") !== command.join(" "))
    return true;
  return inputs.some((path) => !existsSync(path) || statSync(path).mtimeMs > made);
}

function run(command) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
    let words = "";
    child.stdout.on("data", (chunk) => (words += chunk));
    child.stderr.on("data", (chunk) => (words += chunk));
    child.on("error", (error) => resolve(String(error)));
    child.on("close", (status) => {
      if (status === 0 && words !== "") process.stderr.write(words);
      resolve(status === 0 ? null : `${command.join(" ")}\n${words}`);
    });
  });
}

mkdirSync(objects, { recursive: true });
mkdirSync(dirname(product), { recursive: true });
const start = Date.now();
const waiting = jobs.filter(stale);
let failure = null;
const { writeFileSync } = await import("node:fs");
await Promise.all(
  Array.from({ length: Math.min(availableParallelism(), 2) }, async () => {
    for (let next = waiting.shift(); next !== undefined && failure === null; next = waiting.shift()) {
      const problem = await run(next.command);
      if (problem === null) writeFileSync(`${next.output}.command`, next.command.join(" "));
      else failure ??= problem;
    }
  }),
);
if (failure === null) {
  const outputs = jobs.map(({ output }) => output);
  const hide = ["-Wl,--exclude-libs,ALL", "-Wl,-z,now", "-Wl,-z,defs"];
  const link = values.emulate
    ? [
        "g++",
        "-shared",
        ...sanitize,
        ...outputs,
        "-o",
        product,
        "-lpthread",
        "-ldl",
        ...(values.sanitize ? [] : hide),
      ]
    : [
        ...["nvcc", "-shared", "-cudart=static", ...nvcc.filter((flag) => flag.startsWith("-gencode"))],
        ...outputs,
        ...["-o", product, "-Xlinker", "--exclude-libs,ALL", "-Xlinker", "-z,now", "-Xlinker", "-s"],
        ...["-Xcompiler", "-static-libstdc++,-static-libgcc"],
      ];
  failure = await run(link);
}
if (failure !== null) {
  console.error(failure);
  console.error("CUDA library: the build failed.");
  process.exit(1);
}
const what = values.emulate ? "for the emulation" : `for sm_${arches.join(", sm_")}`;
console.log(`CUDA library: built ${what} in ${((Date.now() - start) / 1000).toFixed(1)} s`);
