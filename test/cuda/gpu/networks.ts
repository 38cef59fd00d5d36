/** Networks with random weights, and what they give on a backend. */
import { EngineNetwork } from "../../../src/api/network.ts";
import type { Tensor } from "../../../src/api/tensor.ts";
import type { BackendInstance } from "../../../src/backends/backend.ts";
import { findFamily } from "../../../src/convert/architectures/families.ts";
import { readCheckpoint } from "../../../src/convert/checkpoint/read-checkpoint.ts";
import { attachDecoder } from "../../../src/decoders/index.ts";
import type { OnnxModel } from "../../../src/onnx/model.ts";
import type { Detections } from "../../support/detections.ts";
import type { TestState } from "../../support/torch-writer.ts";
import { writeCheckpoint } from "../../support/torch-writer.ts";

/** @param decoded whether a detector ends in boxes instead of the raw maps of its head */
export async function modelOf(state: TestState, architecture: string, decoded = true): Promise<OnnxModel> {
  const converted = findFamily(architecture).convert(
    await readCheckpoint(writeCheckpoint(state)),
    architecture,
  );
  if (converted.kind !== "detector" || !decoded) return converted.model;
  return attachDecoder(converted.model, converted.decoder, converted.classes);
}

export type Feeds = Readonly<
  Record<string, { readonly dims: readonly number[]; readonly data: Float32Array }>
>;

/** A picture of grey values around their mean, and its size for networks that ask for it. */
export function pictureFeeds(dims: readonly number[], next: () => number, sized = false): Feeds {
  const length = dims.reduce((a, b) => a * b, 1);
  const image = { dims, data: Float32Array.from({ length }, () => 255 * next() - 127.5) };
  return sized ? { image, size: { dims: [2], data: Float32Array.from(dims.slice(2)) } } : { image };
}

export type Outputs = Readonly<Record<string, Tensor>>;

/** The outputs of `runs` runs, each of a session of its own where `fresh` is set. */
export async function outputsOf(
  instance: BackendInstance,
  model: OnnxModel,
  feeds: Feeds,
  runs = 1,
  fresh = false,
): Promise<Outputs[]> {
  const found: Outputs[] = [];
  const open = () => new EngineNetwork(model, instance, { rejected: [], owner: null, optimize: true });
  let network = open();
  try {
    for (let i = 0; i < runs; i++) {
      if (fresh && i > 0) {
        await network.dispose();
        network = open();
      }
      found.push(await network.run(feeds));
    }
  } finally {
    await network.dispose();
  }
  return found;
}

export const detectionsOf = (outputs: Outputs): Detections => ({
  boxes: outputs.boxes!.data as Float32Array,
  scores: outputs.scores!.data as Float32Array,
  classes: Float32Array.from(outputs.classes!.data as ArrayLike<number | bigint>, Number),
});
