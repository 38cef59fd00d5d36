/**
 * Builds the native addon, build/Release/spinexr.node: with CMake, else with node-gyp. Says nothing but one line
 * unless it fails. Where no tools are, it says so and succeeds, because WebAssembly remains; --require makes
 * that an error too.
 *
 *   node scripts/build-native.mjs [--require] [--tool cmake|node-gyp] [--copy]
 *
 * --copy builds in a folder of its own under the system's temporary one: to try a tool without touching build/.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..");
const require = createRequire(import.meta.url);
const { values } = parseArgs({
  options: {
    require: { type: "boolean", default: false },
    tool: { type: "string" },
    copy: { type: "boolean", default: false },
  },
});

const runs = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

/** Path of a script of an installed development dependency, or null. */
function scriptOf(name, path) {
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), path);
  } catch {
    return null;
  }
}

/** node-gyp downloads headers unless it is told where Node's own lie. */
function nodeGypArguments() {
  const prefix = dirname(dirname(process.execPath));
  const configured = process.env.npm_config_nodedir;
  const nodedir = [configured, prefix].find((dir) => dir && existsSync(join(dir, "include/node/node_api.h")));
  return nodedir === undefined ? [] : [`--nodedir=${nodedir}`];
}

const TOOLS = {
  cmake: {
    script: scriptOf("cmake-js", "bin/cmake-js"),
    ready: () => runs("cmake"),
    args: () => ["compile", "--parallel", "2"],
  },
  "node-gyp": {
    script: scriptOf("node-gyp", "bin/node-gyp.js"),
    ready: () => runs("python3") && runs("make"),
    args: () => ["configure", "build", "--jobs=2", ...nodeGypArguments()],
  },
};

/** A copy of what a build reads; node_modules as a link. */
function copyOfSources() {
  const folder = mkdtempSync(join(tmpdir(), "spinexr-"));
  for (const path of ["CMakeLists.txt", "binding.gyp", "package.json", "native"])
    cpSync(join(root, path), join(folder, path), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

if (values.tool !== undefined && !(values.tool in TOOLS)) {
  console.error(`--tool: expected cmake or node-gyp, found ${values.tool}.`);
  process.exit(2);
}
const name = Object.keys(TOOLS).find(
  (key) => (values.tool ?? key) === key && TOOLS[key].script !== null && TOOLS[key].ready(),
);
if (name === undefined) {
  console.error(
    "native addon: not built, since neither CMake nor node-gyp with Python and make is here; the backend wasm remains.",
  );
  process.exit(values.require ? 1 : 0);
}
const folder = values.copy ? copyOfSources() : root;
const start = Date.now();
const child = spawnSync(process.execPath, [TOOLS[name].script, ...TOOLS[name].args()], {
  cwd: folder,
  encoding: "utf8",
  maxBuffer: 1 << 28,
});
/** Loads the product: a symbol that no file defines shows only then. */
function problemOf(product) {
  try {
    return require(product).abiVersion() > 0 ? null : "it has no interface version";
  } catch (error) {
    return error.message;
  }
}
const problem =
  child.status === 0 ? problemOf(join(folder, "build", "Release", "spinexr.node")) : "see above";
if (values.copy) rmSync(folder, { recursive: true });
if (problem !== null) {
  console.error(`${child.stdout}${child.stderr}`);
  console.error(`native addon: the build with ${name} failed: ${problem}`);
  process.exit(1);
}
console.log(`native addon: built with ${name} in ${((Date.now() - start) / 1000).toFixed(1)} s`);
