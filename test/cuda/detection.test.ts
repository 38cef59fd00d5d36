/** The detection steps of the CUDA library on the emulated device give the processor's bits, in any order of threads. */
import { rmSync } from "node:fs";
import { hasCommand, temporaryFolder } from "../cpp/build.ts";
import { assert, skip, suite } from "../shim.ts";
import { buildEmulated, runInOrder } from "./build.ts";

const test = suite("cuda detection");
const folder = temporaryFolder();
test.after(() => rmSync(folder, { recursive: true, force: true }));

const compiler = process.env.CXX ?? "c++";
const SOURCES = [
  "test/cuda/detection_test.cpp",
  ...["boxes", "nms", "nms_sort", "roi_align", "top_k"].map((name) => `native/cuda/kernels/${name}.cu`),
  ...["boxes", "nms", "roi_align", "top_k"].map((name) => `native/cuda/ops/${name}.cpp`),
  ...["anchors", "box_codec", "nms", "pyramid", "roi_align", "top_k"].map(
    (name) => `native/detection/${name}.cpp`,
  ),
  "native/base/status.cpp",
];

test("boxes, selection, suppression and regions are those of the processor", async () => {
  if (!hasCommand(compiler)) skip(`no C++ compiler (${compiler})`);
  const program = await buildEmulated(compiler, SOURCES, folder);
  assert.match(await runInOrder(program, "forward", []), /good\n$/);
  assert.match(await runInOrder(program, "reverse", ["small"]), /good\n$/);
  assert.match(await runInOrder(program, "random:3", ["small"]), /good\n$/);
});

test.run();
