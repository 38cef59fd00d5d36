/**
 * The baseline module with em++, for people who have an Emscripten of their own: standalone WebAssembly without
 * JavaScript glue, so that our loader takes it like any other.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Flags of the clang build that em++ sets by itself or that belong to threads. */
const NOT_OURS = /^(--target=|-matomics|-mbulk-memory|-ftls-model=|-Inative)/;

/** Bytes of the module. Throws when em++ is absent or fails. */
export function buildWithEmscripten(root, jobs, names, { INITIAL_MEMORY, MAXIMUM_MEMORY }) {
  if (spawnSync("em++", ["--version"]).error !== undefined)
    throw new Error(
      "--toolchain emscripten: em++ is not on the PATH; install emsdk, or leave the option out to use clang.",
    );
  const folder = join(root, "build", "emscripten");
  mkdirSync(folder, { recursive: true });
  const run = (args) => {
    const child = spawnSync("em++", args, { cwd: root, encoding: "utf8" });
    if (child.status !== 0) throw new Error(`em++ ${args.join(" ")} failed:\n${child.stdout}${child.stderr}`);
  };
  const objects = jobs.map(({ source, flags }) => {
    const object = join(folder, `${source.replaceAll("/", "_")}.o`);
    run([...flags.filter((flag) => !NOT_OURS.test(flag)), "-I", "native", "-c", source, "-o", object]);
    return object;
  });
  const output = join(folder, "simd.wasm");
  run([
    "-O3",
    "-sSTANDALONE_WASM",
    "--no-entry",
    "-sIMPORTED_MEMORY",
    "-sALLOW_MEMORY_GROWTH",
    `-sINITIAL_MEMORY=${INITIAL_MEMORY}`,
    `-sMAXIMUM_MEMORY=${MAXIMUM_MEMORY}`,
    `-sEXPORTED_FUNCTIONS=${names.map((name) => `_${name}`).join(",")}`,
    ...objects,
    "-o",
    output,
  ]);
  return readFileSync(output);
}
