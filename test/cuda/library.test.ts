/** The built files: nothing of CUDA is linked, one symbol shows, and without a GPU the reason is said in words. */
import { existsSync } from "node:fs";
import { listBackends } from "../../src/api/list-backends.ts";
import { loadNetwork } from "../../src/api/load-network.ts";
import { packagePath } from "../../src/platform/package-files.ts";
import { failureOf } from "../backends/support.ts";
import { execute, hasCommand } from "../cpp/build.ts";
import { assert, skip, suite } from "../shim.ts";

const test = suite("cuda: library");

const ADDON = "build/Release/spinexr.node";
const LIBRARIES = ["build/Release/libspinexr_cuda.so", "build/cuda-emulation/libspinexr_cuda.so"];

function built(path: string): string {
  if (!hasCommand("readelf")) skip("no readelf here");
  if (!existsSync(packagePath(path))) skip(`${path} is not built here (scripts/build-cuda.mjs)`);
  return packagePath(path);
}

for (const path of [ADDON, ...LIBRARIES]) {
  test(`${path} names no library of NVIDIA's`, async () => {
    const words = await execute("readelf", ["-d", built(path)]);
    const needed = [...words.matchAll(/NEEDED.*\[(.*)\]/g)].map(([, name]) => name as string);
    assert.ok(needed.length > 0, words);
    for (const name of needed) assert.match(name, /^(lib(m|c|dl|pthread|rt|stdc\+\+|gcc_s)\.so|ld-linux)/);
  });
}

for (const path of LIBRARIES) {
  test(`${path} shows one symbol`, async () => {
    const words = await execute("readelf", ["--dyn-syms", "--wide", built(path)]);
    const shown = words
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , , binding, , section]) => binding !== "LOCAL" && section !== "UND" && section !== "Ndx")
      .map((fields) => fields[7])
      .filter((name) => name !== undefined);
    assert.equal(shown, ["spx_cuda_api_get"]);
  });
}

test("without a GPU the library that was built for one says why it cannot run", async () => {
  built(LIBRARIES[0] as string);
  const cuda = (await listBackends()).find(({ name }) => name === "cuda");
  if (cuda?.available) skip(`there is a GPU here: ${cuda.device}`);
  assert.match(String(cuda?.reason), /driver|GPU|cuDNN|device/);
  const refusal = await failureOf(() => loadNetwork(new Uint8Array(), { backend: "cuda" }));
  assert.ok(["BACKEND_UNAVAILABLE", "INVALID_ONNX"].includes(refusal.code), refusal.message);
});

test.run();
