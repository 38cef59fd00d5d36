/** Runs one ONNX backend case through the public Network interface and compares its outputs. */
import { readFileSync } from "node:fs";
import { SpineXRError } from "../../src/api/errors.ts";
import type { Network } from "../../src/api/network.ts";
import type { Tensor, TensorInput, TensorType } from "../../src/api/tensor.ts";
import type { NumericType, OnnxTensor } from "../../src/onnx/model.ts";
import { readModelProto } from "../../src/onnx/model-proto.ts";
import { type ConformanceCase, caseInputs, readTensorFile } from "../onnx/conformance-cases.ts";

export type Verdict =
  | { readonly kind: "passed" }
  /** Said no before any number was computed. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  /** Loaded and then failed with an error. */
  | { readonly kind: "failed"; readonly message: string }
  /** Gave something else than expected. */
  | { readonly kind: "wrong"; readonly message: string };

/** What the ONNX project's own backend runner asks for; integers, bools and the bits of float16 must be equal. */
const RELATIVE = 1e-3;
const ABSOLUTE = 1e-7;
/** RoiAlign's expected values are published with four decimals. */
const FOUR_DECIMALS = 5.1e-5;

const TYPES: Partial<Record<NumericType, TensorType>> = { float: "float32", double: "float64" };

export async function runCase(
  entry: ConformanceCase,
  load: (bytes: Uint8Array) => Promise<Network>,
): Promise<Verdict> {
  const bytes = readFileSync(entry.modelPath);
  let network: Network;
  try {
    network = await load(bytes);
  } catch (error) {
    if (!(error instanceof SpineXRError)) return { kind: "failed", message: `load throws ${error}` };
    return { kind: "refused", code: error.code, message: error.message };
  }
  try {
    const message = await compareOutputs(entry, network, bytes);
    return message === null ? { kind: "passed" } : { kind: "wrong", message };
  } catch (error) {
    return {
      kind: "failed",
      message: `run throws ${(error as SpineXRError).code}: ${(error as Error).message}`,
    };
  } finally {
    await network.dispose();
  }
}

async function compareOutputs(entry: ConformanceCase, network: Network, bytes: Uint8Array) {
  const model = readModelProto(bytes);
  const feeds: Record<string, TensorInput> = {};
  for (const [name, { type, dims, data }] of caseInputs(entry, model, [])) {
    feeds[name] = { dims, data, type: TYPES[type] ?? (type as TensorType) } as TensorInput;
  }
  const outputs = await network.run(feeds);
  const absolute = entry.name.includes("roialign") ? FOUR_DECIMALS : ABSOLUTE;
  for (const [i, path] of entry.outputPaths.entries()) {
    const { name } = model.graph.outputs[i]!;
    const expected = readTensorFile(path);
    const found = outputs[name];
    if (found === undefined) return `there is no output "${name}"`;
    const mismatch = mismatchOf(found, expected, absolute);
    if (mismatch !== null) return `${name} ${mismatch}`;
  }
  return null;
}

/** The first difference between an output and its expected value, or null. */
export function mismatchOf(found: Tensor, expected: OnnxTensor, absolute = ABSOLUTE): string | null {
  if (found.type !== (TYPES[expected.type] ?? expected.type)) return `is of type ${found.type}`;
  if (found.dims.join() !== expected.dims.join()) return `is [${found.dims}], not [${expected.dims}]`;
  if (found.data.length !== expected.data.length) return `has ${found.data.length} elements`;
  const isFloat = expected.type === "float" || expected.type === "double";
  const relative = isFloat ? RELATIVE : 0;
  for (let j = 0; j < expected.data.length; j++) {
    const [a, e] = [Number(found.data[j]), Number(expected.data[j])];
    if (Object.is(a, e) || a === e) continue;
    if (!(Math.abs(a - e) <= absolute + relative * Math.abs(e))) return `[${j}] is ${a}, not ${e}`;
  }
  return null;
}
