/** What the children share: whether the backend runs here. */
import { webgpuBackend } from "../../../src/backends/webgpu/node.ts";

export async function reason(): Promise<string | null> {
  const { available, reason } = await webgpuBackend.probe();
  return available ? null : reason;
}
