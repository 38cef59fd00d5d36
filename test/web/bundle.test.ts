/** dist/web/: what a strict page may load, and how much of it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { assert, skip, suite } from "../shim.ts";
import { ROOT } from "./support.ts";

const test = suite("web: bundle");
const folder = join(ROOT, "dist/web");

/** Scripts by name. */
function scripts(): Map<string, string> {
  if (!existsSync(join(folder, "index.js"))) skip('dist/web is absent (run "npm run build")');
  const names = readdirSync(folder).filter((name) => name.endsWith(".js"));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

test("no bare imports, nothing that a strict policy forbids, no Node", () => {
  for (const [name, text] of scripts()) {
    const imports = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([\w@./:-]+)"/g)].map(([, from]) => from!);
    for (const from of imports) assert.match(from, /^\.\/[\w-]+\.js$/, `${name} imports ${from}`);
    for (const forbidden of [
      /\bnew Function\b/,
      /[^\w.]Function\(["'`]/,
      /[^\w.]eval\(/,
      /createObjectURL/,
      /importScripts/,
      /"node:/,
      /\bdocument\.write/,
    ])
      assert.not.match(text, forbidden, name);
  }
});

test("workers and modules are named as bundlers look for them, and are there", () => {
  const texts = [...scripts().values()].join("\n");
  const addresses = [...texts.matchAll(/new URL\("([^"]+)",import\.meta\.url\)/g)].map(([, path]) => path!);
  for (const path of addresses) assert.ok(existsSync(join(folder, path)), path);
  for (const name of ["worker", "wasm-worker", "pool-worker", "codec-worker"])
    assert.ok(texts.includes(`new Worker(new URL("./${name}.js",import.meta.url),{type:"module"})`), name);
  for (const name of ["simd", "simd-threads", "relaxed-threads"])
    assert.ok(addresses.includes(`../wasm/${name}.wasm`), name);
});

test("a page downloads less than 450 KB before its first screening", () => {
  const texts = scripts();
  const files = new Set<string>();
  const add = (name: string): void => {
    if (files.has(name)) return;
    files.add(name);
    for (const [, from] of texts.get(name)!.matchAll(/\b(?:from|import)\s*"\.\/([^"]+)"/g)) add(from!);
  };
  for (const name of ["index.js", "worker.js", "wasm-worker.js", "pool-worker.js"]) add(name);
  const sizeOf = (bytes: string | Uint8Array): number => gzipSync(bytes, { level: 9 }).length;
  const core = sizeOf(readFileSync(join(ROOT, "dist/wasm/relaxed-threads.wasm")));
  const own = [...files].reduce((sum, name) => sum + sizeOf(texts.get(name)!), 0);
  const total = own + core;
  console.log(`NOTE ${total} bytes after gzip: scripts ${own}, WebAssembly ${core}`);
  assert.ok(total < 450 * 1024, `${total} bytes: ${[...files].join(", ")}`);
});

test.run();
