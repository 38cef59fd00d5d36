/** A plan as dispatches and host steps: everything about a session that does not depend on the device. */
import type { DecodedPlan } from "../../plan/decode.ts";
import type { PlanTensor } from "../../plan/plan.ts";
import { type Dispatch, elementBytes, makeOperand, type Operand, type StepContext } from "./dispatch.ts";
import { hostSegments } from "./host-segments.ts";
import type { Schedule } from "./ops/gemm.ts";
import { compileStep } from "./ops/index.ts";

export interface PlacedConstant {
  readonly tensor: number;
  /** In the arena's buffer. */
  readonly offset: number;
  readonly bytes: number;
}

export interface Program {
  /** In the order of the plan: dispatches of one step, or consecutive steps for the host. */
  readonly segments: readonly (
    | { readonly kind: "gpu"; readonly step: number; readonly dispatches: readonly Dispatch[] }
    | { readonly kind: "host"; readonly steps: readonly number[] }
  )[];
  readonly constants: readonly PlacedConstant[];
  /** Of the buffer that holds the plan's arena, then constants, scratch and the error words. */
  readonly arenaBytes: number;
  /** Two words: the number of the step that met an index out of range, counted from 1, and the index. */
  readonly errorOffset: number;
}

const up = (n: number, multiple: number): number => Math.ceil(n / multiple) * multiple;

export const tensorBytes = (tensor: PlanTensor): number => {
  const { dims, layout, pixelStride } = tensor;
  const count = dims.reduce((a, b) => a * b, 1);
  if (count === 0) return 0;
  const pixels = layout === "nhwc" ? dims[0]! * dims[2]! * dims[3]! : 0;
  return (layout === "nhwc" ? (pixels - 1) * pixelStride + dims[1]! : count) * elementBytes(tensor);
};

/** `schedule`: as StepContext. */
export function compileProgram(plan: DecodedPlan, schedule: Schedule): Program {
  const host = hostSegments(plan);
  const constants = new Map<number, PlacedConstant>();
  let end = up(plan.arenaBytes, 64);
  const place = (index: number): number => {
    const tensor = plan.tensors[index]!;
    if (tensor.storage === "arena") return tensor.offset;
    let known = constants.get(index);
    if (known === undefined) {
      known = { tensor: index, offset: end, bytes: tensorBytes(tensor) };
      constants.set(index, known);
      end += up(known.bytes, 64);
    }
    return known.offset;
  };
  // Scratch lies behind the constants, which are known when every step was compiled: the second time counts.
  let scratchStart = 0;
  let scratchBytes = 0;
  let segments: Program["segments"] = [];
  for (let time = 0; time < 2; time++) {
    scratchStart = end;
    const errorWord = (scratchStart + scratchBytes) / 4;
    segments = compileSegments(plan, host, (index) => {
      let used = 0;
      return {
        operand: (tensor) => (tensor < 0 ? null : makeOperand(plan.tensors[tensor]!, place(tensor))),
        shape: (tensor): Operand => makeOperand(plan.tensors[tensor]!, 0),
        scratch(words) {
          const at = scratchStart / 4 + used;
          used += up(words, 4);
          scratchBytes = Math.max(scratchBytes, used * 4);
          return at;
        },
        schedule,
        error: errorWord,
        mark: index + 1,
      };
    });
  }
  const errorOffset = scratchStart + scratchBytes;
  return { segments, constants: [...constants.values()], arenaBytes: errorOffset + 16, errorOffset };
}

function compileSegments(
  { steps }: DecodedPlan,
  host: readonly (readonly number[])[],
  context: (step: number) => StepContext,
): Program["segments"] {
  const segments: Program["segments"][number][] = [];
  for (let i = 0; i < steps.length; i++) {
    const own = host.find(([first]) => first === i);
    if (own !== undefined) {
      segments.push({ kind: "host", steps: own });
      i += own.length - 1;
    } else {
      segments.push({ kind: "gpu", step: i, dispatches: compileStep(steps[i]!, context(i)) });
    }
  }
  return segments;
}
