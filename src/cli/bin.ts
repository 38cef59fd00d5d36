#!/usr/bin/env node
/**
 * The executable. Node 20 hides relaxed SIMD behind a V8 flag; a program may set it (the library never does), and
 * it must happen before the first WebAssembly module is compiled.
 */
import { setFlagsFromString } from "node:v8";

if (Number(process.versions.node.split(".")[0]) < 21) setFlagsFromString("--experimental-wasm-relaxed-simd");
const { main } = await import("./main.ts");

const abort = new AbortController();
process.once("SIGINT", () => abort.abort());
process.exitCode = await main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  signal: abort.signal,
  interactive: process.stderr.isTTY === true,
});
