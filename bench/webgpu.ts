/** Where the time of DenseNet-121 goes on WebGPU in Node: the median of each step, and of whole runs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EngineNetwork } from "../src/api/network.ts";
import { webgpuBackend } from "../src/backends/webgpu/node.ts";
import { kindTable, median, medianSteps, stepTable } from "../src/cli/profile-table.ts";
import { parseModel } from "../src/onnx/import.ts";
import { random } from "../test/support/random.ts";
import { modelPackage } from "./models.ts";

const [rounds = "5", precision = "fp32"] = process.argv.slice(2);

const { folder } = await modelPackage(["densenet121"]);
const instance = await webgpuBackend.open({ threads: "auto", precision: precision as "fp32" | "fp16" });
const model = parseModel(readFileSync(join(folder, "densenet121.onnx")));
const network = new EngineNetwork(model, instance, { rejected: [], owner: instance, optimize: true });
const next = random(7);
const data = Float32Array.from({ length: 3 * 224 * 224 }, () => next() - 0.5);
const inputs = { [network.inputs[0]!.name]: { type: "float32" as const, dims: [1, 3, 224, 224], data } };

await network.run(inputs);
const whole: number[] = [];
for (let round = 0; round < Number(rounds); round++) {
  const start = performance.now();
  await network.run(inputs);
  whole.push(performance.now() - start);
}
const profiles = [];
for (let round = 0; round < Number(rounds); round++) profiles.push((await network.profile(inputs)).steps);
const steps = medianSteps(profiles);
console.log(
  `DenseNet-121, 224 x 224, ${precision} on ${instance.device}: ${median(whole).toFixed(2)} ms a run`,
);
console.log(`\n${kindTable(steps)}\n\n${stepTable(steps, true)}`);
// Dawn's threads keep Node alive.
process.exit(0);
