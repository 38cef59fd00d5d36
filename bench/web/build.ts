/** The page as a folder of files, for any static host: engines, networks, inputs. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { none, twins } from "../../scripts/web-twins.mjs";
import { WEB_SUBJECTS } from "./cases.ts";
import { RIVAL_FOLDER, type SiteData, type WebCase, type WebNetwork, type WebTensor } from "./site.ts";

const root = join(import.meta.dirname, "../..");
const RIVAL_DIST = join(root, "bench/node_modules/onnxruntime-web/dist");
/** The modules that site.ts names, and the WebAssembly that they load. */
const RIVAL_FILES = /^ort\.(wasm|webgpu)\.min\.mjs$|^ort-wasm-simd-threaded(\.asyncify|\.jsep)?\.(mjs|wasm)$/;

export interface BuildOptions {
  /** Emptied first. */
  readonly out: string;
  /** Names of WEB_SUBJECTS; default all. */
  readonly cases?: readonly string[];
  readonly onProgress?: (what: string) => void;
}

/** @throws Error where dist/ was not built */
export async function buildSite({ out, cases, onProgress = () => {} }: BuildOptions): Promise<SiteData> {
  if (!existsSync(join(root, "dist/web/index.js")))
    throw new Error('dist/web is absent; run "npm run build" first.');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(join(out, "networks"), { recursive: true });
  onProgress("the page");
  await build({
    absWorkingDir: root,
    entryPoints: ["bench/web/page.ts"],
    outdir: out,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    external: ["./spinexr/*", "./onnxruntime/*"],
    plugins: [twins, none],
    logLevel: "error",
  });
  for (const file of ["index.html", "page.css"]) cpSync(join(import.meta.dirname, file), join(out, file));
  for (const folder of ["web", "wasm"])
    cpSync(join(root, "dist", folder), join(out, "spinexr", folder), { recursive: true });
  const made: WebCase[] = [];
  for (const name of cases ?? Object.keys(WEB_SUBJECTS)) {
    onProgress(name);
    made.push(await copyCase(name, out));
  }
  const site: SiteData = { cases: made, onnxruntime: copyRival(out) };
  writeFileSync(join(out, "site.json"), JSON.stringify(site));
  return site;
}

async function copyCase(name: string, out: string): Promise<WebCase> {
  const { what, job, images = 1 } = WEB_SUBJECTS[name]!;
  const made = await job();
  if (made.kind !== "networks") throw new Error(`${name} is no list of networks; the page runs such.`);
  const copy = (file: string): string => {
    const target = `networks/${basename(file)}`;
    if (!existsSync(join(out, target))) cpSync(file, join(out, target));
    return target;
  };
  const networks = made.networks.map(({ onnx, inputs }): WebNetwork => {
    const tensors: Record<string, WebTensor> = {};
    for (const [input, { dims, file }] of Object.entries(inputs)) tensors[input] = { dims, file: copy(file) };
    return { onnx: copy(onnx), inputs: tensors };
  });
  return { name, subject: what, images, networks };
}

/** @returns its version; null where the rivals are not installed */
function copyRival(out: string): string | null {
  if (!existsSync(RIVAL_DIST)) return null;
  for (const file of readdirSync(RIVAL_DIST))
    if (RIVAL_FILES.test(file)) cpSync(join(RIVAL_DIST, file), join(out, RIVAL_FOLDER, file));
  return JSON.parse(readFileSync(join(RIVAL_DIST, "../package.json"), "utf8")).version;
}
