/**
 * The browser's files, dist/web/: index.js, detection.js, metrics.js, the workers (worker.js, wasm-worker.js, pool-worker.js,
 * codec-worker.js), what they share, and the codecs' WebAssembly. No bare imports, nothing that a strict Content Security Policy
 * forbids. Prints what a page downloads until its first screening.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { none, twins } from "./web-twins.mjs";

const root = join(import.meta.dirname, "..");
const out = join(root, "dist", "web");
const require = createRequire(import.meta.url);

/** Their scripts are bundled; they fetch these themselves. */
const CODECS = [
  "codec-charls/decodewasm",
  "codec-libjpeg-turbo-8bit/decodewasm",
  "codec-openjpeg/decodewasm",
  "codec-openjph/wasm",
];

/** After gzip, without models; loading and screening with the largest WebAssembly build. */
const FIRST_SCREENING = ["index.js", "worker.js", "wasm-worker.js", "pool-worker.js"];
const MOST_BYTES = 450 * 1024;

const bundle = (entryPoints, splitting) =>
  build({
    absWorkingDir: root,
    entryPoints,
    outdir: out,
    bundle: true,
    splitting,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    metafile: true,
    chunkNames: "shared-[hash]",
    // The codecs' scripts ask for it; webpack would put its own in their place.
    define: { __filename: "undefined", __dirname: "undefined" },
    logLevel: "warning",
    plugins: [twins, none],
  });

/** Sizes after gzip of files and of all that they import at once. */
function downloaded(outputs, names) {
  const files = new Set();
  const add = (path) => {
    if (files.has(path)) return;
    files.add(path);
    for (const { path: other, kind } of outputs[path].imports) if (kind === "import-statement") add(other);
  };
  for (const name of names) add(relative(root, join(out, name)));
  return [...files].reduce(
    (sum, path) => sum + gzipSync(readFileSync(join(root, path)), { level: 9 }).length,
    0,
  );
}

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "codecs"), { recursive: true });
const { metafile } = await bundle(
  {
    index: "src/index.web.ts",
    detection: "src/detection/index.ts",
    metrics: "src/metrics/index.ts",
    worker: "src/web/worker.ts",
    "wasm-worker": "src/backends/wasm/worker.ts",
    "pool-worker": "src/backends/wasm/pool-worker.ts",
  },
  true,
);
// One file: bundlers give workers no further chunks unless they are told to.
await bundle({ "codec-worker": "src/image/codecs/worker.ts" }, false);
for (const codec of CODECS) {
  const file = require.resolve(`@cornerstonejs/${codec}`);
  copyFileSync(file, join(out, "codecs", basename(file)));
}
const scripts = downloaded(metafile.outputs, FIRST_SCREENING);
const module = join(root, "dist", "wasm", "relaxed-threads.wasm");
const core = existsSync(module) ? gzipSync(readFileSync(module), { level: 9 }).length : 0;
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(0)} KB`;
console.log(
  `web: ${kilobytes(scripts + core)} gzip until the first screening (scripts ${kilobytes(scripts)}, WebAssembly ${kilobytes(core)})`,
);
if (scripts + core > MOST_BYTES) {
  console.error(`web: at most ${kilobytes(MOST_BYTES)} are allowed.`);
  process.exit(1);
}
