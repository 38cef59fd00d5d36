/** Which steps run in the shared core: those without kernels, and behind the last of them what is small up to the end. */
import type { DecodedPlan } from "../../plan/decode.ts";
import type { StepKind } from "../../plan/steps.ts";
import { runsOnHost } from "./ops/index.ts";

/** Moves and sums of few numbers: sending them back to the GPU and reading the outcome costs more. */
const LIGHT: ReadonlySet<StepKind> = new Set<StepKind>([
  "unary",
  "scaleShift",
  "binary",
  "where",
  "copy",
  "fill",
  "cast",
  "gather",
  "topK",
  "decodeBoxes",
  "clipBoxes",
]);
const MOST_ELEMENTS = 2 ** 20;

/** Runs of consecutive step numbers, in order. */
export function hostSegments(plan: DecodedPlan): number[][] {
  const { steps } = plan;
  const last = steps.findLastIndex(({ kind }) => runsOnHost(kind));
  if (last < 0) return [];
  const tail = steps.slice(last + 1).every((_, i) => isLight(plan, last + 1 + i));
  const segments: number[][] = [];
  steps.forEach(({ kind }, i) => {
    if (!runsOnHost(kind) && !(tail && i > last)) return;
    const previous = segments.at(-1);
    if (previous?.at(-1) === i - 1) previous.push(i);
    else segments.push([i]);
  });
  return segments;
}

function isLight({ steps, tensors }: DecodedPlan, index: number): boolean {
  const { kind, inputs, outputs } = steps[index]!;
  return (
    LIGHT.has(kind) &&
    [...inputs, ...outputs].every((tensor) => {
      const { dtype = "f32", dims = [] } = tensors[tensor] ?? {};
      return dtype !== "f16" && dims.reduce((a, b) => a * b, 1) <= MOST_ELEMENTS;
    })
  );
}
