/** The values of tensors that ImageCore.inputs has made, wherever they lie. */
import type { BackendInstance } from "../../src/backends/backend.ts";
import type { DeviceTensor } from "../../src/backends/device-tensor.ts";
import { affinePlan } from "../backends/support.ts";

/** Those on a device go through a network that multiplies by 1. */
export async function hostTensors(
  instance: BackendInstance,
  tensors: readonly (Float32Array | DeviceTensor)[],
): Promise<Float32Array[]> {
  const found: Float32Array[] = [];
  for (const tensor of tensors) {
    if (tensor instanceof Float32Array) {
      found.push(tensor);
      continue;
    }
    const plan = affinePlan(Array(tensor.length).fill(1), Array(tensor.length).fill(0));
    const executor = await instance.prepare(plan);
    try {
      found.push((await executor.run([tensor])).outputs[0] as Float32Array);
    } finally {
      await executor.dispose();
    }
  }
  return found;
}
