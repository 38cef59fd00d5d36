/**
 * The three WebAssembly modules from native/sources.json, into dist/wasm/. See README.md for the flags.
 *
 *   node wasm/build.mjs [--only NAME] [--toolchain clang|emscripten]
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { compileAll, hash, link, version } from "./clang.mjs";
import { buildWithEmscripten } from "./emscripten.mjs";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist", "wasm");
const sources = JSON.parse(readFileSync(join(root, "native", "sources.json"), "utf8"));

/** Linear memory: twin of src/backends/wasm/builds.ts. */
const INITIAL_MEMORY = 64 * 65536;
const MAXIMUM_MEMORY = 2 ** 31;

/** on: which kernel sets of native/sources.json go in. */
const BUILDS = [
  { name: "simd", shared: false, on: ["wasm"] },
  { name: "simd-threads", shared: true, on: ["wasm"] },
  { name: "relaxed-threads", shared: true, on: ["wasm", "wasm-relaxed"] },
];

const COMPILE = [
  "--target=wasm32-wasip1",
  "-std=c++20",
  "-O3",
  "-fno-exceptions",
  "-fno-rtti",
  "-fvisibility=hidden",
  "-ftls-model=local-exec",
  "-matomics",
  "-mbulk-memory",
  "-msimd128",
  "-Wall",
  "-Wextra",
  "-Inative",
  ...sources.flags,
];

const LINK = [
  "--target=wasm32-wasip1",
  "-fno-exceptions",
  "-mexec-model=reactor",
  "--no-wasm-opt",
  `-Wl,--import-memory,--no-check-features,--initial-memory=${INITIAL_MEMORY},--max-memory=${MAXIMUM_MEMORY}`,
  "-Wl,-z,stack-size=262144,--stack-first,--strip-all",
];
const LINK_SHARED = [
  "-Wl,--shared-memory,--export=__stack_pointer,--export=__wasm_init_tls,--export=__tls_size,--export=__tls_align",
];

/** The functions of engine.h, which all modules export. */
function exportedNames() {
  const header = readFileSync(join(root, "native", "engine.h"), "utf8").replace(/\/\/.*$/gm, "");
  return [...new Set([...header.matchAll(/\b(spx_[a-z_]+)\(/g)].map((match) => match[1]))];
}

/** { source, flags } of every file of a build. Only files that look at SPX_HAVE_* get those, so that builds share objects. */
function jobsOf(build) {
  const sets = Object.entries(sources.isa).filter(([, isa]) => isa.on.some((on) => build.on.includes(on)));
  const defines = sets.map(([name]) => `-DSPX_HAVE_${name.toUpperCase()}`);
  const core = sources.core.map((file) => `native/${file}`).concat("wasm/exports.cpp");
  return [
    ...core.map((source) => ({
      source,
      flags: readFileSync(join(root, source), "utf8").includes("SPX_HAVE_")
        ? [...COMPILE, ...defines]
        : COMPILE,
    })),
    ...sets.flatMap(([, isa]) =>
      isa.sources.map((file) => ({ source: `native/${file}`, flags: [...COMPILE, ...isa.flags] })),
    ),
  ];
}

async function buildWithClang(builds) {
  const names = exportedNames();
  for (const build of builds) {
    const output = join(dist, `${build.name}.wasm`);
    const { objects, compiled } = await compileAll(root, jobsOf(build), 2);
    const flags = [
      ...LINK,
      ...(build.shared ? LINK_SHARED : []),
      `-Wl,${names.map((n) => `--export=${n}`).join(",")}`,
    ];
    const key = hash(version(root), ...Object.keys(objects), ...flags);
    const stamp = join(dist, `${build.name}.hash`);
    if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, "utf8") === key) {
      console.log(`${build.name}: unchanged`);
      continue;
    }
    const bytes = await link(flags, objects);
    await WebAssembly.compile(bytes).catch((error) => {
      if (!build.on.includes("wasm-relaxed")) throw error; // this host may not run relaxed SIMD
    });
    writeFileSync(output, bytes);
    writeFileSync(stamp, key);
    console.log(`${build.name}: ${bytes.length} bytes (${compiled} files compiled)`);
  }
}

/** What a browser downloads. Fails the build when a module outgrows its ceiling. */
function checkSizes(builds) {
  const budget = JSON.parse(readFileSync(join(import.meta.dirname, "size-budget.json"), "utf8"));
  for (const { name } of builds) {
    const size = gzipSync(readFileSync(join(dist, `${name}.wasm`)), { level: 9 }).length;
    if (size > budget.gzip[name])
      throw new Error(
        `${name}.wasm has ${size} bytes after gzip; wasm/size-budget.json allows ${budget.gzip[name]}.`,
      );
  }
}

const { values } = parseArgs({
  options: { only: { type: "string" }, toolchain: { type: "string", default: "clang" } },
});
const builds = BUILDS.filter(({ name }) => values.only === undefined || name === values.only);
mkdirSync(dist, { recursive: true });
try {
  if (builds.length === 0)
    throw new Error(
      `--only: expected one of ${BUILDS.map(({ name }) => name).join(", ")}, found ${values.only}.`,
    );
  if (values.toolchain === "emscripten") {
    const bytes = buildWithEmscripten(root, jobsOf(BUILDS[0]), exportedNames(), {
      INITIAL_MEMORY,
      MAXIMUM_MEMORY,
    });
    await WebAssembly.compile(bytes);
    writeFileSync(join(dist, "simd.wasm"), bytes);
    writeFileSync(join(dist, "simd.hash"), "emscripten");
    console.log(`simd: ${bytes.length} bytes (emscripten)`);
    checkSizes([BUILDS[0]]);
  } else if (values.toolchain === "clang") {
    await buildWithClang(builds);
    checkSizes(builds);
  } else throw new Error(`--toolchain: expected clang or emscripten, found ${values.toolchain}.`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
