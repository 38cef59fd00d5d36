/**
 * A plan interpreter for tests: plain loops over each step, independent of the C++ core, on memory that checks
 * every access (machine.ts).
 */
import type { Plan, PlanPort } from "../../src/plan/plan.ts";
import type { Step, StepKind, StepOf } from "../../src/plan/steps.ts";
import { Machine, type Operand } from "./machine.ts";
import { boxSteps } from "./steps/boxes.ts";
import { binarySteps } from "./steps/elementwise.ts";
import { indexSteps } from "./steps/indexing.ts";
import { reductionSteps } from "./steps/reduction.ts";
import { spatialSteps } from "./steps/spatial.ts";

export type Executors = {
  readonly [K in StepKind]: (
    fields: StepOf<K>["fields"],
    inputs: readonly (Operand | null)[],
    outputs: readonly (Operand | null)[],
  ) => void;
};

const EXECUTORS: Executors = {
  ...spatialSteps,
  ...binarySteps,
  ...reductionSteps,
  ...indexSteps,
  ...boxSteps,
};

export interface Execution {
  /** Row-major elements of each output port, cut to its run-time count. */
  readonly outputs: number[][];
  /** Which step wrote what each step read: equal for plans that differ in addresses only. */
  readonly trace: readonly number[];
}

/** Inputs: row-major elements per port. */
export function execute(plan: Plan, inputs: readonly ArrayLike<number>[]): Execution {
  const machine = new Machine(plan);
  plan.inputs.forEach(({ tensor }, i) => {
    const operand = machine.operand(tensor) as Operand;
    const data = inputs[i] as ArrayLike<number>;
    for (let j = 0; j < operand.extent; j++) operand.set(j, data[j] as number);
  });
  plan.steps.forEach((step: Step, i) => {
    machine.begin(i);
    const operands = (list: readonly number[]) => list.map((index) => machine.operand(index));
    const run = EXECUTORS[step.kind] as Executors["copy"];
    run(step.fields as StepOf<"copy">["fields"], operands(step.inputs), operands(step.outputs));
  });
  machine.begin(-1);
  const outputs = plan.outputs.map((port: PlanPort) => {
    const operand = machine.operand(port.tensor) as Operand;
    if (operand.layout !== "plain") throw new Error(`output ${port.name} is not plain`);
    const count = machine.operand(port.countTensor)?.get(0);
    const row = operand.dims.slice(1).reduce((a, b) => a * b, 1);
    const length = count === undefined ? operand.extent : count * row;
    return Array.from({ length }, (_, i) => operand.get(i));
  });
  return { outputs, trace: machine.trace };
}
