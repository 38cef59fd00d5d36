/**
 * Writes src/backends/webgpu/shaders.ts: the .wgsl files of kernels/ as strings, without comments and empty lines, so that
 * bundlers need no loader. Part of `npm run build:ts`. `--check` only says whether it is up to date.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..", "src", "backends", "webgpu");
const target = join(folder, "shaders.ts");

const shader = (file) =>
  readFileSync(join(folder, "kernels", file), "utf8")
    .split("\n")
    .map((line) => line.replace(/\s*\/\/.*$/, ""))
    .filter((line) => line.trim() !== "")
    .join("\n")
    .replace(/[\\`]|\$\{/g, "\\$&");

const entries = readdirSync(join(folder, "kernels"))
  .filter((file) => file.endsWith(".wgsl"))
  .sort()
  .map((file) => `  ${file.slice(0, -5)}: \`${shader(file)}\n\`,\n`);
const text = `/** Written by scripts/embed-wgsl.mjs from kernels/*.wgsl: do not edit. */
export const SHADERS = {
${entries.join("")}} as const;

export type ShaderName = keyof typeof SHADERS;
`;

if (process.argv.includes("--check")) {
  if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
    console.error('src/backends/webgpu/shaders.ts is stale: run "node scripts/embed-wgsl.mjs".');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
