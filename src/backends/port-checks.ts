/** The caller's typed arrays against a plan's ports. */
import { SpineXRError } from "../api/errors.ts";
import type { PlanPort } from "../plan/plan.ts";
import type { CoreRunResult, PortData } from "./core.ts";
import { DeviceTensor, type RunInput } from "./device-tensor.ts";
import type { DriverRun, OutputSpec } from "./driver.ts";

const CORE_TYPES = { f32: "f32", i32: "i32", i64: "i32", u8: "u8", bool: "u8" } as const;
const ARRAYS = { f32: Float32Array, i32: Int32Array, u8: Uint8Array } as const;

const elements = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/**
 * Throws INVALID_ARGUMENT for a wrong count or type, or a tensor that does not belong to `device`; SHAPE_MISMATCH for a
 * wrong length.
 */
export function checkInputs(
  ports: readonly PlanPort[],
  inputs: readonly RunInput[],
  device: object | null,
): void {
  if (inputs.length !== ports.length)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `Expected ${ports.length} inputs (${ports.map((p) => p.name).join(", ")}), found ${inputs.length}.`,
    );
  ports.forEach((port, i) => {
    const type = ARRAYS[CORE_TYPES[port.dtype]];
    const input = inputs[i]!;
    if (input instanceof DeviceTensor) {
      const problem = input.dtype === port.dtype ? input.problem(device) : `a tensor of ${input.dtype}`;
      if (problem !== null)
        throw new SpineXRError(
          "INVALID_ARGUMENT",
          `Input "${port.name}" is ${port.dtype} and expects a ${type.name} or a tensor that its backend has made, found ${problem}.`,
        );
    } else if (!(input instanceof type))
      throw new SpineXRError(
        "INVALID_ARGUMENT",
        `Input "${port.name}" is ${port.dtype} and expects a ${type.name}, found ${Object.prototype.toString.call(input).slice(8, -1)}.`,
      );
    if (input.length !== elements(port.dims))
      throw new SpineXRError(
        "SHAPE_MISMATCH",
        `Input "${port.name}" expects [${port.dims.join(", ")}], which is ${elements(port.dims)} elements, found ${input.length}.`,
      );
  });
}

export const outputSpecs = (ports: readonly PlanPort[]): OutputSpec[] =>
  ports.map((port) => ({ dtype: CORE_TYPES[port.dtype], length: elements(port.dims) }));

/** An array for one output. Throws OUT_OF_MEMORY. */
export function allocate(spec: OutputSpec): PortData {
  try {
    return new ARRAYS[spec.dtype](spec.length);
  } catch (cause) {
    throw new SpineXRError(
      "OUT_OF_MEMORY",
      `An output of ${spec.length} elements does not fit into memory; use a smaller input.`,
      { cause },
    );
  }
}

/** Cuts outputs with a run-time count to their valid rows. */
export function toResult(ports: readonly PlanPort[], run: DriverRun): CoreRunResult {
  const outputs = run.outputs.map((data, i) => {
    const count = run.counts[i];
    return count < 0 ? data : data.slice(0, count * elements(ports[i].dims.slice(1)));
  });
  return run.stepMs === null ? { outputs } : { outputs, stepMs: run.stepMs };
}
