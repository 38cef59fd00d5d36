/**
 * The page as files for any static host: build/demo/. Needs dist/ (npm run build).
 *
 *     index.html, page.css, main.js, *-worker.js   the page
 *     sw.js, manifest.webmanifest, icons           installing, use offline
 *     engine/dist/, engine/models/                 the package as it is published
 *     samples/                                     phantoms
 */
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { none, twins } from "../../scripts/web-twins.mjs";
import { iconPng, iconSvg } from "./icons.ts";

const root = resolve(import.meta.dirname, "../..");
const page = join(root, "demo");

/** The engine stays a file of its own: it is the published one, unchanged. */
const engine: Plugin = {
  name: "engine",
  setup({ onResolve }) {
    onResolve({ filter: /index\.web\.ts$/ }, () => ({ path: "./engine/dist/web/index.js", external: true }));
  },
};

const SHELL = ["index.html", "page.css", "icon.svg", "icon-192.png", "manifest.webmanifest"];
const SAMPLES = ["lumbar-lateral.dcm", "lumbar-ap.dcm"];
const MODEL = ["model.json", "densenet.onnx", "retinanet.onnx", "golden.png"];

/** @returns the folder */
export async function buildDemo(out = join(root, "build", "demo")): Promise<string> {
  for (const needed of ["dist/web/index.js", "dist/wasm/simd.wasm"])
    if (!existsSync(join(root, needed))) throw new Error(`${needed} is absent: run "npm run build" first.`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const common: BuildOptions = {
    absWorkingDir: root,
    outdir: out,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "warning",
    plugins: [engine, twins, none],
  };
  await build({
    ...common,
    entryPoints: { main: "demo/main.ts" },
    splitting: true,
    chunkNames: "part-[hash]",
  });
  await build({
    ...common,
    entryPoints: {
      "picture-worker": "demo/export/picture-worker.ts",
      "phantom-worker": "demo/files/phantom-worker.ts",
    },
  });
  await build({ ...common, entryPoints: { page: "demo/styles/page.css" } });
  copyFileSync(join(page, "index.html"), join(out, "index.html"));
  copyFileSync(join(page, "manifest.webmanifest"), join(out, "manifest.webmanifest"));
  writeFileSync(join(out, "icon.svg"), iconSvg());
  for (const size of [192, 512]) writeFileSync(join(out, `icon-${size}.png`), iconPng(size, false));
  writeFileSync(join(out, "icon-maskable.png"), iconPng(512, true));
  cpSync(join(root, "dist/web"), join(out, "engine/dist/web"), { recursive: true });
  copy(
    join(root, "dist/wasm"),
    readdirSync(join(root, "dist/wasm")).filter((name) => name.endsWith(".wasm")),
    join(out, "engine/dist/wasm"),
  );
  copy(join(root, "models/spinexr-phantom"), MODEL, join(out, "engine/models/spinexr-phantom"));
  copy(join(root, "models/samples"), SAMPLES, join(out, "samples"));
  const files = hashes(out);
  const shell = Object.keys(files).filter(
    (path) => SHELL.includes(path) || /^[\w-]+\.js$/.test(path) || path === "engine/dist/web/index.js",
  );
  await build({
    ...common,
    entryPoints: { sw: "demo/offline/sw.ts" },
    format: "iife",
    define: { FILES: JSON.stringify(files), SHELL: JSON.stringify(shell) },
  });
  return out;
}

function copy(from: string, names: readonly string[], to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of names) copyFileSync(join(from, name), join(to, name));
}

/** The first 16 digits of the SHA-256 of every file, by path with slashes. */
function hashes(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(
    files.map((name) => [
      relative(folder, join(folder, name)).split(sep).join("/"),
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex")
        .slice(0, 16),
    ]),
  );
}
