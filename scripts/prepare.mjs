/**
 * What `npm install` does in a checkout: TypeScript, WebAssembly, the browser's files, the addon. Does nothing where the development
 * dependencies are absent. Only the addon may fail: without it the backend wasm remains.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const NEEDED = ["typescript", "@yowasp/clang", "node-addon-api", "esbuild"];

if (NEEDED.every((name) => existsSync(join(root, "node_modules", name)))) {
  const run = (script) => spawnSync(process.execPath, [join(root, script)], { stdio: "inherit" }).status ?? 1;
  const status = run("scripts/build-ts.mjs") || run("wasm/build.mjs") || run("scripts/build-web.mjs");
  if (status !== 0) process.exit(status);
  if (run("scripts/build-native.mjs") !== 0)
    console.error("The install goes on without the addon: the backend wasm remains.");
}
