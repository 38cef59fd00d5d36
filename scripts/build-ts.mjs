/**
 * Shaders to shaders.ts, TypeScript to dist/: JavaScript, declarations, source maps. Files that were removed from src/ leave
 * dist/ too.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import "./embed-wgsl.mjs";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const PRODUCT = /\.(js|d\.ts)(\.map)?$/;

if (existsSync(dist)) {
  for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    if (/^web[\\/]/.test(file)) continue; // build-web.mjs makes that folder
    if (PRODUCT.test(file) && !existsSync(join(root, "src", file.replace(PRODUCT, ".ts"))))
      rmSync(join(dist, file));
  }
}
const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
const child = spawnSync(
  process.execPath,
  [join(typescript, "bin", "tsc"), "-p", join(root, "tsconfig.build.json")],
  {
    stdio: "inherit",
  },
);
// npx links to the command where it lies: it must be executable whenever it was last written.
if (child.status === 0) chmodSync(join(dist, "cli/bin.js"), 0o755);
process.exit(child.status ?? 1);
