/** The last step of lowering: numbers for tensors, addresses for constants, values for fields. */
import type { DType, Graph, Value } from "../graph/graph.ts";
import type { DraftBuffer, DraftStep, DraftTensor } from "./draft.ts";
import { type ConstantBytes, PLAN_VERSION, type Plan, type PlanPort, type PlanTensor } from "./plan.ts";
import type { Step } from "./steps.ts";

const CONSTANT_ALIGNMENT = 64;

interface Finished {
  readonly graph: Graph;
  readonly steps: readonly DraftStep[];
  readonly inputs: readonly DraftTensor[];
  readonly outputs: readonly DraftTensor[];
  readonly counts: readonly (DraftTensor | null)[];
  readonly arenaBytes: number;
}

/** Only tensors that a step or a port refers to enter the plan. */
export function finishPlan({ graph, steps, inputs, outputs, counts, arenaBytes }: Finished): Plan {
  const constants = new ConstantTable();
  const tensors: PlanTensor[] = [];
  const numbers = new Map<DraftTensor, number>();
  const number = (tensor: DraftTensor | null): number => {
    if (tensor === null) return -1;
    let index = numbers.get(tensor);
    if (index === undefined) {
      index = tensors.length;
      numbers.set(tensor, index);
      tensors.push(planTensor(tensor, constants));
    }
    return index;
  };
  const port = (value: Value, tensor: DraftTensor, count: DraftTensor | null): PlanPort => ({
    name: value.name,
    dtype: value.dtype satisfies DType,
    dims: value.dims,
    tensor: number(tensor),
    countTensor: number(count),
  });
  const inputPorts = graph.inputs.map((value, i) => port(value, inputs[i] as DraftTensor, null));
  const planSteps = steps.map(
    (step) =>
      ({
        kind: step.kind,
        name: step.name,
        inputs: step.inputs.map(number),
        outputs: step.outputs.map(number),
        fields: step.fields(),
        ...(step.part === undefined ? {} : { part: step.part }),
      }) as unknown as Step,
  );
  const outputPorts = graph.outputs.map((value, i) =>
    port(value, outputs[i] as DraftTensor, counts[i] ?? null),
  );
  return {
    version: PLAN_VERSION,
    name: graph.name,
    tensors,
    steps: planSteps,
    inputs: inputPorts,
    outputs: outputPorts,
    arenaBytes,
    constants: constants.parts,
    constantBytes: constants.bytes,
  };
}

function planTensor(tensor: DraftTensor, constants: ConstantTable): PlanTensor {
  const { name, dtype, layout, dims, pixelStride, buffer } = tensor;
  const isConstant = buffer.data !== null;
  const base = isConstant ? constants.offset(buffer) : buffer.offset;
  const storage = isConstant ? "constant" : "arena";
  return { name, dtype, layout, dims, pixelStride, storage, offset: base + tensor.offset };
}

class ConstantTable {
  readonly parts: { offset: number; bytes: ConstantBytes }[] = [];
  bytes = 0;
  private readonly offsets = new Map<DraftBuffer, number>();

  offset(buffer: DraftBuffer): number {
    const known = this.offsets.get(buffer);
    if (known !== undefined) return known;
    const offset = Math.ceil(this.bytes / CONSTANT_ALIGNMENT) * CONSTANT_ALIGNMENT;
    const bytes = buffer.data as ConstantBytes;
    this.parts.push({ offset, bytes });
    this.bytes = offset + bytes.length;
    this.offsets.set(buffer, offset);
    return offset;
  }
}
