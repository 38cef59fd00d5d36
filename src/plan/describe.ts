/** A plan as facts for people and tools: what runs, on which shapes, how much it computes and moves. */
import { stepFlops } from "./flops.ts";
import type { Plan, PlanTensor } from "./plan.ts";
import { stepAlgorithm, stepDetail } from "./step-detail.ts";
import type { Step, StepKind } from "./steps.ts";
import { stepTraffic, type Traffic } from "./traffic.ts";

/** What is known of a step before it runs. */
export interface StepDescription {
  readonly name: string;
  readonly kind: string;
  /** "Winograd F(4x4)", "GEMM", ...; "" for kinds with one algorithm only (step-detail.ts). */
  readonly algorithm: string;
  /** Geometry and what is fused: "BN > relu > 1x1 > BN > relu". */
  readonly detail: string;
  /** Dims of the result in ONNX order; of its first one where there are several. */
  readonly dims: readonly number[];
  /** Floating-point operations by definition of the step: an algorithm that needs fewer has the same number. */
  readonly flops: number;
  /** The least that it has to move, in bytes. */
  readonly bytes: Traffic;
}

/** Who chose a convolution's algorithm: the cost model (conv-algorithm.ts), measurements, the caller, or a backend by itself. */
export type ChosenBy = "model" | "tuned" | "override" | "backend";

export interface PlanStep extends StepDescription {
  readonly kind: StepKind;
  /** null where there is nothing to choose. */
  readonly chosenBy: ChosenBy | null;
  /** Tensors read and made, as "f32[1,64,56,56]:nhwc/256": pixels lie 256 elements apart; "const" in front of weights. */
  readonly operands: readonly string[];
  readonly results: readonly string[];
  /** FLOPs per byte moved. */
  readonly intensity: number;
}

/** All steps of one kind and algorithm. */
export interface KindTotal {
  readonly kind: string;
  readonly algorithm: string;
  readonly steps: number;
  readonly flops: number;
  readonly bytes: Traffic;
}

export interface PlanDescription {
  readonly name: string;
  readonly inputs: readonly PortDescription[];
  readonly outputs: readonly PortDescription[];
  readonly steps: readonly PlanStep[];
  /** By falling FLOPs, then bytes. */
  readonly kinds: readonly KindTotal[];
  readonly flops: number;
  readonly bytes: Traffic;
  /** Memory for everything that steps write, shared by what does not live at the same time. */
  readonly arenaBytes: number;
  /** Weights as the file has them. */
  readonly constantBytes: number;
}

export interface PortDescription {
  readonly name: string;
  readonly dtype: string;
  /** Of a result with a run-time count, the most there can be. */
  readonly dims: readonly number[];
}

/** @param chosenBy for the convolutions, in their order, each once however many steps it has; default: the cost model */
export function describePlan(plan: Plan, chosenBy: readonly ChosenBy[] = []): PlanDescription {
  let convs = 0;
  const split = new Map<number, ChosenBy>();
  const choiceOf = ({ kind, part }: Step): ChosenBy | null => {
    if (kind !== "conv") return null;
    const known = part && split.get(part.step);
    if (known !== undefined) return known;
    const by = chosenBy[convs++] ?? "model";
    if (part !== undefined) split.set(part.step, by);
    return by;
  };
  const steps = plan.steps.map((step): PlanStep => {
    const described = describeStep(plan, step);
    const { flops, bytes } = described;
    return {
      ...described,
      kind: step.kind,
      chosenBy: choiceOf(step),
      operands: tensors(plan, step.inputs),
      results: tensors(plan, step.outputs),
      intensity: flops / Math.max(1, totalBytes(bytes)),
    };
  });
  const port = ({ name, dtype, dims }: PortDescription): PortDescription => ({ name, dtype, dims });
  return {
    name: plan.name,
    inputs: plan.inputs.map(port),
    outputs: plan.outputs.map(port),
    steps,
    kinds: totalsByKind(steps),
    flops: sum(steps, ({ flops }) => flops),
    bytes: sumTraffic(steps),
    arenaBytes: plan.arenaBytes,
    constantBytes: plan.constantBytes,
  };
}

export function describeStep(plan: Plan, step: Step): StepDescription {
  return {
    name: step.name,
    kind: step.kind,
    algorithm: stepAlgorithm(plan, step),
    detail: stepDetail(step),
    dims: plan.tensors[step.outputs[0] as number]?.dims ?? [],
    flops: stepFlops(plan, step),
    bytes: stepTraffic(plan, step),
  };
}

/** Totals of each pair of kind and algorithm. */
export function totalsByKind(steps: readonly StepDescription[]): KindTotal[] {
  return [...groupByKind(steps).values()]
    .map((group) => ({
      kind: group[0]!.kind,
      algorithm: group[0]!.algorithm,
      steps: group.length,
      flops: sum(group, ({ flops }) => flops),
      bytes: sumTraffic(group),
    }))
    .sort((a, b) => b.flops - a.flops || totalBytes(b.bytes) - totalBytes(a.bytes));
}

/** Steps of the same kind and algorithm together, in the order of the first of each. */
export function groupByKind<S extends StepDescription>(steps: readonly S[]): Map<string, S[]> {
  const groups = new Map<string, S[]>();
  for (const step of steps) {
    const key = `${step.kind} ${step.algorithm}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [step]);
    else group.push(step);
  }
  return groups;
}

export const totalBytes = ({ weights, read, written }: Traffic): number => weights + read + written;

function sumTraffic(steps: readonly StepDescription[]): Traffic {
  return {
    weights: sum(steps, ({ bytes }) => bytes.weights),
    read: sum(steps, ({ bytes }) => bytes.read),
    written: sum(steps, ({ bytes }) => bytes.written),
  };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function tensors(plan: Plan, indices: readonly number[]): string[] {
  const list = indices.map((index) => (index < 0 ? "-" : describeTensor(plan.tensors[index] as PlanTensor)));
  while (list.at(-1) === "-") list.pop();
  return list;
}

function describeTensor({ dtype, layout, dims, pixelStride, storage }: PlanTensor): string {
  const stride = layout === "nhwc" && pixelStride !== dims[1] ? `/${pixelStride}` : "";
  const place = storage === "arena" ? "" : "const ";
  return `${place}${dtype}[${dims.join(",")}]${layout === "nhwc" ? ":nhwc" : ""}${stride}`;
}
