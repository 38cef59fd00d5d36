/** The input files of a job as tensors. */
import { readFileSync } from "node:fs";
import type { InputTensor, TensorFile } from "./peer.ts";

export function readInputs(files: Readonly<Record<string, TensorFile>>): Record<string, InputTensor> {
  const inputs: Record<string, InputTensor> = {};
  for (const [name, { dims, file }] of Object.entries(files))
    inputs[name] = { dims, data: new Float32Array(new Uint8Array(readFileSync(file)).buffer) };
  return inputs;
}
