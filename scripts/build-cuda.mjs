/**
 * Builds the CUDA backend's library with CMake. Says nothing but one line unless it fails.
 *
 *   node scripts/build-cuda.mjs [--arch 80,90|native] [--require]   nvcc: build/Release/libspinexr_cuda.so
 *   node scripts/build-cuda.mjs --emulate [--sanitize]              on the processor: build/cuda-emulation/libspinexr_cuda.so
 *
 * Without --arch: machine code for compute capabilities 7.5 to 12.0, and PTX for what comes. Where nvcc is not
 * installed it says so in a line and succeeds; --require makes that an error.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    arch: { type: "string" },
    emulate: { type: "boolean", default: false },
    sanitize: { type: "boolean", default: false },
    require: { type: "boolean", default: false },
  },
});

const runs = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

function stop(sentence, status) {
  console.error(`CUDA library: ${sentence}`);
  process.exit(status);
}

if (values.arch !== undefined && !/^(native|\d{2,3}(,\d{2,3})*)$/.test(values.arch))
  stop(`--arch: expected native, or compute capabilities such as 80,90, found ${values.arch}.`, 2);
for (const tool of values.emulate ? ["cmake"] : ["cmake", "nvcc"])
  if (!runs(tool))
    stop(`not built, since ${tool} is not here; the backend cuda will say so.`, values.require ? 1 : 0);

const variant = values.emulate ? (values.sanitize ? "cuda-sanitized" : "cuda-emulation") : "cuda";
const folder = join(root, "build", variant);
const sanitizers = "-fsanitize=address,undefined -fno-omit-frame-pointer -g";
const settings = [
  "-DSPINEXR_ADDON=OFF",
  `-DSPINEXR_CUDA=${values.emulate ? "EMULATION" : "ON"}`,
  ...(values.arch === undefined ? [] : [`-DSPINEXR_CUDA_ARCHITECTURES=${values.arch.replaceAll(",", ";")}`]),
  ...(values.sanitize ? [`-DCMAKE_CXX_FLAGS=${sanitizers}`, "-DCMAKE_CXX_FLAGS_RELEASE=-O1"] : []),
];

/** Throws the words of a command that fails. */
function execute(...args) {
  const child = spawnSync("cmake", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  if (child.status !== 0) {
    console.error(`${child.stdout}${child.stderr}`);
    stop("the build failed.", 1);
  }
  return `${child.stdout}${child.stderr}`;
}

const start = Date.now();
execute("-S", root, "-B", folder, ...settings);
const words = execute(
  "--build",
  folder,
  "--target",
  "spinexr_cuda",
  "--parallel",
  String(availableParallelism()),
);
for (const warning of words.split("\n").filter((line) => /\bwarning\b/i.test(line))) console.error(warning);
const name = "libspinexr_cuda.so";
if (!values.emulate) {
  const product = join(root, "build", "Release", name);
  mkdirSync(dirname(product), { recursive: true });
  copyFileSync(join(folder, name), product);
}
const what = values.emulate ? "for the emulation" : `for ${values.arch ?? "compute capability 7.5 to 12.0"}`;
console.log(`CUDA library: built ${what} in ${((Date.now() - start) / 1000).toFixed(1)} s`);
