/** What all detectors of detectron2 have in common: how pictures are prepared, anchors, names of inputs. */

import type { OnnxValueInfo } from "../../onnx/model.ts";
import type { BoxesDecoder, DetectorInput } from "../../package/manifest.ts";
import { invalidCheckpoint } from "../checkpoint/errors.ts";
import type { DetectorConfig } from "../config/detector-config.ts";
import type { LayerBuilder } from "./layers.ts";

export const IMAGE = "image";
export const SIZE = "size";
export const IMAGE_INPUT: OnnxValueInfo = { name: IMAGE, type: "float", dims: [1, 3, "H", "W"] };
export const SIZE_INPUT: OnnxValueInfo = { name: SIZE, type: "float", dims: [2] };

/** The outputs of `suppress` (src/decoders), and the decoder that says that nothing is left to do. */
export const BOXES_OUTPUTS: readonly OnnxValueInfo[] = [
  { name: "boxes", type: "float", dims: ["M", 4] },
  { name: "scores", type: "float", dims: ["M"] },
  { name: "classes", type: "int64", dims: ["M"] },
];
export const BOXES_DECODER: BoxesDecoder = {
  kind: "boxes",
  boxes: "boxes",
  scores: "scores",
  classes: "classes",
};

/** detectron2's bound of dw and dh: exp of it makes a box of 16 pixels one of `pixels`. */
export const scaleClamp = (pixels: number): number => Math.log(pixels / 16);

type Triple = readonly [number, number, number];

/** How pictures are prepared; buffers of the checkpoint must agree. */
export function detectorInput(b: LayerBuilder, config: DetectorConfig, padMultiple: number): DetectorInput {
  const mean = config.numbers("MODEL.PIXEL_MEAN", 3, -1e6, 1e6);
  const std = config.numbers("MODEL.PIXEL_STD", 3, 1e-6, 1e6);
  b.buffer("pixel_mean", [3, 1, 1], mean);
  b.buffer("pixel_std", [3, 1, 1], std);
  return {
    resize: {
      rule: "shortest-edge",
      shortestEdge: config.integer("INPUT.MIN_SIZE_TEST", 1, 4096),
      longestEdge: config.integer("INPUT.MAX_SIZE_TEST", 1, 4096),
      padMultiple,
    },
    colorOrder: config.choice("INPUT.FORMAT", ["BGR", "RGB"]),
    mean: mean as unknown as Triple,
    std: std as unknown as Triple,
  };
}

export interface AnchorRule {
  /** Width and height of each anchor in picture pixels, per level. */
  readonly shapes: readonly (readonly (readonly [number, number])[])[];
  readonly offset: 0 | 0.5;
}

/**
 * detectron2's DefaultAnchorGenerator: of each size s and ratio r, s outermost, a box of area s^2 with height / width r.
 * @param generator module name, whose buffers must agree where the checkpoint has them
 */
export function anchorRule(
  b: LayerBuilder,
  config: DetectorConfig,
  generator: string,
  levelCount: number,
): AnchorRule {
  config.choice("MODEL.ANCHOR_GENERATOR.NAME", ["DefaultAnchorGenerator"]);
  const perLevel = (path: string): number[][] => {
    const lists = config.lists(path);
    if (lists.length === 1) return Array.from({ length: levelCount }, () => lists[0]!);
    if (lists.length === levelCount) return lists;
    return invalidCheckpoint(
      `The configuration has ${lists.length} lists in ${path}; expected one, or one for each of the ${levelCount} levels.`,
    );
  };
  const sizes = perLevel("MODEL.ANCHOR_GENERATOR.SIZES");
  const ratios = perLevel("MODEL.ANCHOR_GENERATOR.ASPECT_RATIOS");
  const shapes = sizes.map((list, level) =>
    list.flatMap((size) =>
      ratios[level]!.map((ratio): [number, number] => {
        const width = Math.sqrt(size ** 2 / ratio);
        return [width, ratio * width];
      }),
    ),
  );
  shapes.forEach((level, i) => {
    const corners = level.flatMap(([w, h]) => [-w / 2, -h / 2, w / 2, h / 2]);
    b.buffer(`${generator}.cell_anchors.${i}`, [level.length, 4], corners);
  });
  return { shapes, offset: config.choice("MODEL.ANCHOR_GENERATOR.OFFSET", [0, 0.5]) };
}

/** Throws unless every level has as many anchors as the head predicts. */
export function checkAnchorCount({ shapes }: AnchorRule, predicted: number): void {
  const other = shapes.find((level) => level.length !== predicted);
  if (other === undefined) return;
  invalidCheckpoint(
    `The checkpoint's head predicts ${predicted} anchors per place, but MODEL.ANCHOR_GENERATOR gives ${other.length}; ` +
      "give the configuration that this checkpoint was trained with.",
  );
}

/** Present in training checkpoints, without meaning for inference. */
export const ignoredTensor = (name: string): boolean => name.endsWith(".num_batches_tracked");

/** For the manifest's notes. */
export const configNote = (config: DetectorConfig, source: string): string =>
  config.isGiven
    ? ""
    : `No configuration was given: what the tensors do not say is taken from ${source}; check it against the training.`;
