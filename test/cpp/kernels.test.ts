/** Builds kernels_test.cpp for this machine, for 64-bit Arm (under qemu) and for WebAssembly, and runs it. */
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { WASI } from "node:wasi";
import { BINARY_OPS, UNARY_OPS } from "../../src/plan/steps.ts";
import { assert, skip, suite } from "../shim.ts";
import {
  compileObjects,
  execute,
  hasCommand,
  isasOn,
  kernelTestJobs,
  root,
  sources,
  temporaryFolder,
} from "./build.ts";

const test = suite("kernels");
const folder = temporaryFolder();
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** The program's report: a line per kernel set that ran, the best first. */
function reported(output: string): string[] {
  const lines = output.trim().split("\n");
  for (const line of lines) console.log(line);
  return lines.map((line) => line.slice(0, line.indexOf(":")));
}

test("every kernel of this machine equals its formula in double", async () => {
  const compiler = process.env.CXX ?? "c++";
  if (!hasCommand(compiler)) skip(`no C++ compiler (${compiler})`);
  const isas = isasOn(process.arch);
  if (isas.length === 0) skip(`no kernel set for ${process.arch}`);
  const objects = await compileObjects(compiler, kernelTestJobs(isas), folder);
  const program = join(folder, "native");
  await execute(compiler, [...objects, "-o", program]);
  const names = reported(await execute(program, []));
  assert.is(names.at(-1), "reference");
  for (const name of names) assert.ok(isas.includes(name), `unknown kernel set ${name}`);
});

test("every NEON kernel equals its formula in double, under qemu", async () => {
  const compiler = "aarch64-linux-gnu-g++";
  const emulator = "qemu-aarch64-static";
  if (process.arch === "arm64") skip("this machine is Arm: tested natively");
  for (const command of [compiler, emulator]) if (!hasCommand(command)) skip(`${command} is not installed`);
  const objects = await compileObjects(compiler, kernelTestJobs(isasOn("arm64")), folder);
  const program = join(folder, "arm64");
  await execute(compiler, ["-static", ...objects, "-o", program]);
  assert.equal(reported(await execute(emulator, [program])), ["neon", "reference"]);
});

const WASM = [
  "--target=wasm32-wasip1",
  "-std=c++20",
  "-O3",
  "-Wall",
  "-Wextra",
  "-fno-exceptions",
  "-fno-rtti",
  "-Inative",
  ...sources.flags,
];

for (const [platform, expected] of [
  ["wasm", ["wasm_simd", "reference"]],
  ["wasm-relaxed", ["wasm_relaxed", "wasm_simd", "reference"]],
] as const) {
  test(`every ${platform} kernel equals its formula in double`, async () => {
    const clang = await import(new URL("../../wasm/clang.mjs", import.meta.url).href);
    const jobs = kernelTestJobs(isasOn("wasm", platform), WASM);
    const { objects } = await clang.compileAll(root, jobs, 2);
    const bytes: Uint8Array<ArrayBuffer> = await clang.link(
      ["--target=wasm32-wasip1", "--no-wasm-opt"],
      objects,
    );
    if (!WebAssembly.validate(bytes)) skip("this Node does not run relaxed SIMD");
    const log = join(folder, platform);
    const stdout = openSync(log, "w");
    const wasi = new WASI({ version: "preview1", stdout, returnOnExit: true });
    const module = await WebAssembly.instantiate(bytes, wasi.getImportObject() as WebAssembly.Imports);
    const status = wasi.start(module.instance);
    closeSync(stdout);
    assert.equal(reported(readFileSync(log, "utf8")), expected);
    assert.is(status, 0);
  });
}

test("the operation numbers are those of the plan", () => {
  const header = readFileSync(join(root, "native/kernels/op_codes.h"), "utf8");
  const enumerators = (name: string): string[] => {
    const body = new RegExp(`enum class ${name} : int32_t \\{([^}]*)\\}`).exec(header)?.[1] ?? "";
    const names = [...body.matchAll(/k(\w)(\w*)/g)].map(
      ([, first, rest]) => `${first?.toLowerCase()}${rest}`,
    );
    return names.slice(0, -1); // without kCount
  };
  assert.equal(enumerators("UnaryOp"), [...UNARY_OPS]);
  assert.equal(enumerators("BinaryOp"), [...BINARY_OPS]);
});

test.run();
