/** A golden model on WebGPU: a classifier's largest error, or what a detector finds. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { webgpuBackend } from "../../../src/backends/webgpu/node.ts";
import { openGolden } from "../../support/golden.ts";
import { goldenFindings, goldenProbabilities } from "../../support/golden-run.ts";
import { finish } from "../child.ts";
import { reason } from "./support.ts";

/** `count`: of the golden pictures. */
const [root, arch, count, precision] = process.argv.slice(2) as [string, string, string, "fp32" | "fp16"];
const folder = mkdtempSync(join(tmpdir(), "spinexr-webgpu-"));

await finish(reason, async () => {
  try {
    const golden = await openGolden(root, arch, folder, Number(count));
    const instance = await webgpuBackend.open({ threads: 2, precision });
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1000;
    if (golden.modelPackage.manifest.detector !== null)
      return { ...(await goldenFindings(golden, instance)), seconds: seconds() };
    const answers = await goldenProbabilities(golden, instance);
    const worst = Math.max(...answers.map((p, i) => Math.abs(p - golden.images[i]!.probability)));
    return { worst, seconds: seconds() };
  } finally {
    rmSync(folder, { recursive: true });
  }
});
