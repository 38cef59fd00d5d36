/** Inputs for a network on the command line: shapes by name, content by rule or from .npy files. */
import type { NetworkInput } from "../api/network.ts";
import type { TensorInput } from "../api/tensor.ts";
import { elementCount } from "../graph/graph.ts";
import { UsageError } from "./command.ts";

export const FILLS = ["zeros", "random", "arange"] as const;
export type Fill = (typeof FILLS)[number];

/** "image=1x3x224x224" to name and dims. @throws UsageError */
export function parseShapes(texts: readonly string[]): Map<string, number[]> {
  return new Map(
    texts.map((text) => {
      const match = /^(.+)=(\d+(?:x\d+)*)$/.exec(text);
      if (match === null)
        throw new UsageError(`--shape expects NAME=DIMS such as image=1x3x224x224, found "${text}".`);
      return [match[1], match[2].split("x").map(Number)];
    }),
  );
}

/**
 * Tensors for all inputs: free dimensions from `shapes`, or 1 where only the first is free (the batch).
 * random is uniform in [-1, 1) from a fixed seed; arange is i / n.
 * @throws UsageError naming an input whose dims are not known
 */
export function makeInputs(
  inputs: readonly NetworkInput[],
  shapes: ReadonlyMap<string, readonly number[]>,
  fill: Fill,
): Record<string, TensorInput> {
  for (const name of shapes.keys())
    if (!inputs.some((input) => input.name === name))
      throw new UsageError(
        `--shape names "${name}"; the network's inputs are: ${inputs.map((i) => i.name).join(", ")}.`,
      );
  return Object.fromEntries(inputs.map((input) => [input.name, make(input, shapes.get(input.name), fill)]));
}

function make(input: NetworkInput, given: readonly number[] | undefined, fill: Fill): TensorInput {
  const dims = given ?? input.dims?.map((dim, axis) => (typeof dim === "string" && axis === 0 ? 1 : dim));
  if (dims === undefined || dims.some((dim) => typeof dim === "string"))
    throw new UsageError(
      `Input "${input.name}" has free dims ${JSON.stringify(input.dims)}; say --shape ${input.name}=DIMS.`,
    );
  if (input.type !== "float32")
    throw new UsageError(
      `Input "${input.name}" is ${input.type}: its values decide shapes; give them with --input ${input.name}=FILE.npy.`,
    );
  const count = elementCount(dims as number[]);
  const data = new Float32Array(count);
  if (fill === "arange") for (let i = 0; i < count; i++) data[i] = i / count;
  if (fill === "random") {
    let state = 1;
    for (let i = 0; i < count; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      data[i] = state / 2147483648 - 1;
    }
  }
  return { dims: dims as number[], data };
}
