/** detectron2's ROIPooler over a pyramid: how heads of proposals read the maps. */
import { invalidCheckpoint } from "../checkpoint/errors.ts";
import type { DetectorConfig } from "../config/detector-config.ts";
import type { LayerBuilder } from "./layers.ts";
import { type Pyramid, pickLevels } from "./resnet-fpn.ts";

export interface Pooler {
  /** boxes f32 [n, 4] to maps f32 [n, channels, r, r]. */
  (name: string, boxes: string): string;
  readonly channels: number;
  /** r * r */
  readonly places: number;
}

/** At a box of this side, level CANONICAL_LEVEL is read: fixed in detectron2. */
const CANONICAL_SIZE = 224;
const CANONICAL_LEVEL = 4;

export function makePooler(b: LayerBuilder, pyramid: Pyramid, config: DetectorConfig): Pooler {
  const numbers = config.stages("MODEL.ROI_HEADS.IN_FEATURES", "p");
  const levels = pickLevels(pyramid, numbers);
  if (levels.some(({ width }) => width !== pyramid.width)) {
    invalidCheckpoint(
      "The pyramid's levels differ in their number of channels; a head of proposals needs one.",
    );
  }
  const resolution = config.integer("MODEL.ROI_BOX_HEAD.POOLER_RESOLUTION", 1, 64);
  const type = config.choice("MODEL.ROI_BOX_HEAD.POOLER_TYPE", ["ROIAlignV2", "ROIAlign"]);
  const sampling = config.integer("MODEL.ROI_BOX_HEAD.POOLER_SAMPLING_RATIO", 0, 64);
  const pool = (name: string, boxes: string): string =>
    b.spinexr("MultiLevelRoiAlign", name, [boxes, ...levels.map(({ value }) => value)], {
      scales: { floats: levels.map(({ stride }) => 1 / stride) },
      output_size: { ints: [resolution, resolution] },
      sampling_ratio: { int: sampling },
      aligned: { int: type === "ROIAlignV2" ? 1 : 0 },
      lowest_level: { int: numbers[0]! },
      canonical_size: { float: CANONICAL_SIZE },
      canonical_level: { int: CANONICAL_LEVEL },
    });
  return Object.assign(pool, { channels: pyramid.width, places: resolution ** 2 });
}
