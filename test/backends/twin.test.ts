/** The addon and the WebAssembly modules offer the functions of native/engine.h, no more, no less. */
import { readdirSync, readFileSync } from "node:fs";
import { loadAddon } from "../../src/backends/native/binding.ts";
import { chooseBuild, loadBuild, type WasmBuild } from "../../src/backends/wasm/builds.ts";
import { packagePath } from "../../src/platform/package-files.ts";
import { assert, skip, suite } from "../shim.ts";
import { failureOf } from "./support.ts";

const test = suite("backends: twin of engine.h");

const text = (path: string): string => readFileSync(packagePath(path), "utf8");
const withoutComments = (source: string): string => source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
const header = [...withoutComments(text("native/engine.h")).matchAll(/\b(spx_\w+)\(([^)]*)\)/g)].map(
  ([, name, parameters]) => ({
    name,
    count: parameters.trim() === "void" ? 0 : parameters.split(",").length,
  }),
);

/** Functions that exist for hosts without pointers of their own, or that the addon turns into errors. */
const NOT_IN_ADDON = ["spx_last_error", "spx_status_code", "spx_alloc", "spx_free", "spx_engine_worker_main"];
const camel = (name: string): string =>
  name.replace(/^spx_/, "").replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

test("module.d.ts has every function with its parameters", () => {
  const typing = [...withoutComments(text("wasm/module.d.ts")).matchAll(/\b(spx_\w+)\(([^)]*)\)/g)].map(
    ([, name, parameters]) => ({ name, count: parameters.split(":").length - 1 }),
  );
  assert.equal(typing, header);
});

for (const build of ["simd", "simd-threads", "relaxed-threads"] as const satisfies readonly WasmBuild[]) {
  test(`${build}.wasm exports every function`, async () => {
    const refusal = await failureOf(() => void chooseBuild(build)).catch(() => null);
    if (refusal !== null) skip(refusal.message);
    const module = await loadBuild(build);
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    assert.equal(names.filter((name) => name.startsWith("spx_")).sort(), header.map((f) => f.name).sort());
    for (const { module: from } of WebAssembly.Module.imports(module))
      assert.ok(["env", "wasi_snapshot_preview1"].includes(from), from);
  });
}

test("the addon exports every function and its typing lists them", async () => {
  const expected = header.map((f) => f.name).filter((name) => !NOT_IN_ADDON.includes(name));
  const methods = (path: string): string[] =>
    [...withoutComments(text(path)).matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name as string);
  assert.equal(methods("src/backends/native/addon.ts"), expected.map(camel));
  const refusal = await failureOf(() => void loadAddon()).catch(() => null);
  if (refusal !== null) skip(refusal.message);
  const cuda = methods("src/backends/cuda/addon.ts");
  assert.equal(Object.keys(loadAddon()).sort(), [...expected.map(camel), ...cuda].sort());
});

test("only the addon includes napi.h", () => {
  for (const file of readdirSync(packagePath("native"), { recursive: true, encoding: "utf8" })) {
    if (/\.(cpp|cc|h|inc)$/.test(file) && !file.startsWith("addon"))
      assert.not.match(text(`native/${file}`), "napi.h");
  }
});

test.run();
