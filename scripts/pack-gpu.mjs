/**
 * Makes build/gpu/: all that tests and benchmark of the backend "cuda" need on a machine that has a GPU, but neither Node nor
 * npm nor a network. Copy the folder there; `./run.sh test` and `./run.sh bench` do the rest.
 *
 *   node scripts/pack-gpu.mjs [--library FILE] [--shared FOLDER] [--out FOLDER] [--no-golden]
 *
 *   --library FILE   a libspinexr_cuda.so for that machine (as made by `build-cuda.mjs --arch 90`), for use where cmake or nvcc
 *                    is missing; the sources are packed in any case
 *   --shared FOLDER  with golden/ and third_party/radiographs/ (default: SPINEXR_SHARED or ../shared)
 *   --no-golden      without golden models: their checks are then skipped there
 *
 * Build first: the addon (npm run build:native). Both machines must have the same architecture and a glibc as new as this one's.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";

const LIMIT = 60 * 2 ** 20;
const root = join(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    library: { type: "string" },
    shared: { type: "string", default: process.env.SPINEXR_SHARED ?? join(root, "../shared") },
    out: { type: "string", default: join(root, "build/gpu") },
    "no-golden": { type: "boolean", default: false },
  },
});
const out = resolve(values.out);

function stop(sentence) {
  console.error(`GPU package: ${sentence}`);
  process.exit(1);
}

function execute(command, args, options = {}) {
  const child = spawnSync(command, args, { maxBuffer: 1 << 28, ...options });
  if (child.status !== 0) stop(`${command} ${args.join(" ")}\n${child.stderr ?? ""}${child.error ?? ""}`);
  return child.stdout;
}

const copy = (path) => cpSync(join(root, path), join(out, path), { recursive: true });

/** The scripts as one file each, two folders below the package's root as in a checkout. */
function bundle(source, target) {
  buildSync({
    entryPoints: [join(root, source)],
    outfile: join(out, target),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // Never reached: pictures with these codecs and networks for onnxruntime are not among the tests.
    external: ["onnxruntime-web", "@cornerstonejs/*"],
    banner: {
      js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
    },
    logLevel: "error",
  });
}

/** Node without symbols, as small as xz makes it; kept between packings. */
function packNode() {
  const node = process.execPath;
  const { size, mtimeMs } = statSync(node);
  const kept = join(root, "build", `node-${process.version}-${size}-${Math.round(mtimeMs)}.xz`);
  if (!existsSync(kept)) {
    const bare = join(root, "build/node-bare");
    cpSync(node, bare);
    spawnSync("strip", [bare]); // without strip it is larger
    writeFileSync(kept, execute("xz", ["--x86", "--lzma2=preset=6", "-c", bare]));
    rmSync(bare);
  }
  cpSync(kept, join(out, "node.xz"));
}

/** What golden-checks.ts reads. */
function packGolden() {
  const models = join(values.shared, "golden/models");
  if (!existsSync(models)) return stop(`there is no ${models}; give --shared FOLDER or --no-golden.`);
  const pictures = new Set();
  for (const file of readdirSync(models).filter((name) => name.endsWith(".expected.json")))
    for (const { image } of JSON.parse(readFileSync(join(models, file), "utf8")).images)
      pictures.add(`third_party/radiographs/${image.replace(".png", ".dcm")}`);
  execute("tar", ["-czf", join(out, "golden.tar.gz"), "-C", values.shared, "golden/models", ...pictures]);
}

const RUN = `#!/bin/sh
# ./run.sh test [options], ./run.sh bench [options]: README.md of test/ and bench/ say what they do; --help lists options.
set -e
cd "$(dirname "$0")"
unpack() {
  [ ! -f "$1.xz" ] || [ -f "$1" ] && return
  if command -v xz >/dev/null; then xz -dc "$1.xz" > "$1.part"
  else python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer)' "$1.xz" > "$1.part"; fi
  chmod +x "$1.part" && mv "$1.part" "$1"
}
unpack node
unpack build/Release/libspinexr_cuda.so
if [ -f golden.tar.gz ] && [ ! -d shared ]; then
  mkdir shared.part && tar -xzf golden.tar.gz -C shared.part && mv shared.part shared
fi
what="$1"
[ $# -gt 0 ] && shift
case "$what" in
  test | bench) exec ./node "$what/cuda/run.mjs" "$@" ;;
  *) echo "usage: ./run.sh test|bench [options]" >&2; exit 2 ;;
esac
`;

const addon = "build/Release/spinexr.node";
if (!existsSync(join(root, addon))) stop('there is no addon; run "npm run build:native" first.');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
bundle("test/cuda/run.ts", "test/cuda/run.mjs");
bundle("bench/cuda/run.ts", "bench/cuda/run.mjs");
for (const path of [
  "native",
  "CMakeLists.txt",
  "scripts/build-cuda.mjs",
  "test/cuda/libraries_check.cpp",
  addon,
])
  copy(path);
for (const folder of ["bench/cuda", "bench/peers/pytorch"]) {
  for (const file of readdirSync(join(root, folder)).filter((name) => name.endsWith(".py")))
    copy(join(folder, file));
}
if (values.library !== undefined)
  writeFileSync(join(out, "build/Release/libspinexr_cuda.so.xz"), execute("xz", ["-c", values.library]));
writeFileSync(join(out, "package.json"), '{ "type": "module", "private": true }\n');
packNode();
if (!values["no-golden"]) packGolden();
writeFileSync(join(out, "run.sh"), RUN);
chmodSync(join(out, "run.sh"), 0o755);

const files = readdirSync(out, { recursive: true }).map((path) => statSync(join(out, path)));
const bytes = files.filter((stat) => stat.isFile()).reduce((sum, { size }) => sum + size, 0);
const size = `${(bytes / 2 ** 20).toFixed(1)} MiB`;
if (bytes >= LIMIT)
  stop(`${out} has ${size}; at most ${LIMIT / 2 ** 20} MiB are allowed. Leave something out.`);
console.log(
  `GPU package: ${out}, ${size}${values.library === undefined ? ", no library: it is built there" : ""}`,
);
