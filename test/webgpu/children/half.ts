/** A golden detector in half precision on WebGPU: its boxes, and its layers one by one. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BACKENDS } from "../../../src/backends/registry.ts";
import { webgpuBackend } from "../../../src/backends/webgpu/node.ts";
import { openGolden } from "../../support/golden.ts";
import { goldenFindings, goldenLayers } from "../../support/golden-run.ts";
import { HALF_TOLERANCE, judgeHalf } from "../../support/half-limit.ts";
import { finish } from "../child.ts";
import { reason } from "./support.ts";

const [root, arch] = process.argv.slice(2) as [string, string];
const folder = mkdtempSync(join(tmpdir(), "spinexr-webgpu-"));

await finish(reason, async () => {
  try {
    const golden = await openGolden(root, arch, folder, 1);
    const cpu = await BACKENDS.find(({ name }) => name === "cpu")!.open({ threads: 2 });
    const instance = await webgpuBackend.open({ threads: 2, precision: "fp16" });
    const { found } = await goldenFindings(golden, instance);
    const boxes = await judgeHalf(found, golden, cpu);
    const layers = await goldenLayers(golden, instance, cpu, { relative: HALF_TOLERANCE, absolute: 1e-3 });
    return { device: instance.device, boxes, layers };
  } finally {
    rmSync(folder, { recursive: true });
  }
});
