/** State dicts of detectors as detectron2 names them, of any width, with random weights whose activations stay sensible. */
import type { TestTensor } from "./torch-writer.ts";

export interface BackboneSize {
  /** Per stage, from res2 on. */
  readonly blocks: readonly number[];
  readonly stem: number;
  /** Of the 3x3 convolutions in res2; doubled per stage. */
  readonly width: number;
  /** Channels of res2 with 1x1, 3x3, 1x1 blocks; null: two 3x3 convolutions, whose channels are `width`. */
  readonly expanded: number | null;
  readonly groups: number;
  /** Stages that feed the pyramid. */
  readonly stages: readonly number[];
  readonly pyramid: number;
}

export interface RetinaNetSize {
  readonly kind: "retinanet";
  readonly backbone: BackboneSize;
  readonly classes: number;
  readonly anchors: number;
  readonly convs: number;
}

export interface SparseRcnnSize {
  readonly kind: "sparse-rcnn";
  readonly backbone: BackboneSize;
  readonly classes: number;
  readonly proposals: number;
  readonly stages: number;
  readonly dynamic: number;
  readonly feedforward: number;
}

export interface FasterRcnnSize {
  readonly kind: "faster-rcnn";
  readonly backbone: BackboneSize;
  readonly classes: number;
  readonly anchors: number;
  readonly convs: number;
  readonly linears: readonly number[];
  readonly agnostic: boolean;
}

export type DetectorSize = RetinaNetSize | SparseRcnnSize | FasterRcnnSize;

const POOLED = 7;

/** Small, with every kind of layer. */
export const TINY_BACKBONE: BackboneSize = {
  blocks: [1, 2, 1, 1],
  stem: 8,
  width: 4,
  expanded: 12,
  groups: 1,
  stages: [2, 3, 4, 5],
  pyramid: 16,
};
export const TINY_RETINANET: RetinaNetSize = {
  kind: "retinanet",
  backbone: { ...TINY_BACKBONE, stages: [3, 4, 5] },
  classes: 7,
  anchors: 9,
  convs: 2,
};
export const TINY_SPARSE_RCNN: SparseRcnnSize = {
  kind: "sparse-rcnn",
  backbone: TINY_BACKBONE,
  classes: 7,
  proposals: 12,
  stages: 2,
  dynamic: 4,
  feedforward: 20,
};
export const TINY_FASTER_RCNN: FasterRcnnSize = {
  kind: "faster-rcnn",
  backbone: TINY_BACKBONE,
  classes: 7,
  anchors: 3,
  convs: 0,
  linears: [24, 20],
  agnostic: false,
};

const RESNET50 = { blocks: [3, 4, 6, 3], stem: 64, width: 64, expanded: 256, groups: 1, pyramid: 256 };
/** Sparse R-CNN R50-FPN as published: 106 million parameters. */
export const FULL_SPARSE_RCNN: SparseRcnnSize = {
  kind: "sparse-rcnn",
  backbone: { ...RESNET50, stages: [2, 3, 4, 5] },
  classes: 7,
  proposals: 100,
  stages: 6,
  dynamic: 64,
  feedforward: 2048,
};

/** @param next numbers in [0, 1); the same numbers give the same weights everywhere */
export function randomDetector(size: DetectorSize, next: () => number): Map<string, TestTensor> {
  const tensors = new Map<string, TestTensor>();
  const add = (name: string, dims: readonly number[]): void => {
    const length = dims.reduce((a, b) => a * b, 1);
    const value = filler(name, dims, next);
    const data = new Float32Array(length);
    for (let i = 0; i < length; i++) data[i] = value();
    tensors.set(name, { dims, data });
  };
  addBackbone(size.backbone, size.kind === "retinanet", add);
  if (size.kind === "retinanet") addRetinaNet(size, add);
  else if (size.kind === "sparse-rcnn") addSparseRcnn(size, add);
  else addFasterRcnn(size, add);
  return tensors;
}

type Add = (name: string, dims: readonly number[]) => void;

/** Values by what the tensor is for: the sum of three uniforms of variance 1/3 each is nearly normal. */
function filler(name: string, dims: readonly number[], next: () => number): () => number {
  const normal = (): number => 2 * (next() + next() + next()) - 3;
  if (name === "init_proposal_boxes.weight") return () => 0.25 + 0.5 * next();
  if (name.endsWith("running_var")) {
    return name.includes("stem") ? () => 6000 * (0.75 + 0.5 * next()) : () => 0.75 + 0.5 * next();
  }
  if (dims.length === 1) return name.endsWith("weight") ? () => 0.5 + 0.5 * next() : () => 0.1 * normal();
  const scale = Math.sqrt(1 / dims.slice(1).reduce((a, b) => a * b, 1));
  return () => scale * normal();
}

function addBackbone(size: BackboneSize, p6p7: boolean, add: Add): void {
  const bottom = "backbone.bottom_up";
  const conv = (name: string, output: number, input: number, kernel: number): void => {
    add(`${name}.weight`, [output, input, kernel, kernel]);
    for (const part of ["weight", "bias", "running_mean", "running_var"])
      add(`${name}.norm.${part}`, [output]);
  };
  conv(`${bottom}.stem.conv1`, size.stem, 3, 7);
  const outputs = new Map<number, number>();
  let channels = size.stem;
  size.blocks.forEach((count, index) => {
    const width = size.width * 2 ** index;
    const output = (size.expanded ?? size.width) * 2 ** index;
    for (let block = 0; block < count; block++) {
      const name = `${bottom}.res${index + 2}.${block}`;
      if (channels !== output || (block === 0 && index > 0)) conv(`${name}.shortcut`, output, channels, 1);
      if (size.expanded === null) {
        conv(`${name}.conv1`, output, channels, 3);
        conv(`${name}.conv2`, output, output, 3);
      } else {
        conv(`${name}.conv1`, width, channels, 1);
        conv(`${name}.conv2`, width, width / size.groups, 3);
        conv(`${name}.conv3`, output, width, 1);
      }
      channels = output;
    }
    outputs.set(index + 2, channels);
  });
  const biased = (name: string, output: number, input: number, kernel: number): void => {
    add(`${name}.weight`, [output, input, kernel, kernel]);
    add(`${name}.bias`, [output]);
  };
  for (const stage of size.stages) {
    biased(`backbone.fpn_lateral${stage}`, size.pyramid, outputs.get(stage)!, 1);
    biased(`backbone.fpn_output${stage}`, size.pyramid, size.pyramid, 3);
  }
  if (!p6p7) return;
  biased("backbone.top_block.p6", size.pyramid, channels, 3);
  biased("backbone.top_block.p7", size.pyramid, size.pyramid, 3);
}

function addRetinaNet({ backbone, classes, anchors, convs }: RetinaNetSize, add: Add): void {
  const conv = (name: string, output: number): void => {
    add(`head.${name}.weight`, [output, backbone.pyramid, 3, 3]);
    add(`head.${name}.bias`, [output]);
  };
  for (const subnet of ["cls_subnet", "bbox_subnet"])
    for (let i = 0; i < convs; i++) conv(`${subnet}.${2 * i}`, backbone.pyramid);
  conv("cls_score", anchors * classes);
  conv("bbox_pred", anchors * 4);
}

function addSparseRcnn(size: SparseRcnnSize, add: Add): void {
  const hidden = size.backbone.pyramid;
  const linear = (name: string, output: number, input: number, bias = true): void => {
    add(`${name}.weight`, [output, input]);
    if (bias) add(`${name}.bias`, [output]);
  };
  const norm = (name: string, width: number): void => {
    add(`${name}.weight`, [width]);
    add(`${name}.bias`, [width]);
  };
  add("init_proposal_features.weight", [size.proposals, hidden]);
  add("init_proposal_boxes.weight", [size.proposals, 4]);
  for (let stage = 0; stage < size.stages; stage++) {
    const name = `head.head_series.${stage}`;
    add(`${name}.self_attn.in_proj_weight`, [3 * hidden, hidden]);
    add(`${name}.self_attn.in_proj_bias`, [3 * hidden]);
    linear(`${name}.self_attn.out_proj`, hidden, hidden);
    linear(`${name}.inst_interact.dynamic_layer`, 2 * hidden * size.dynamic, hidden);
    norm(`${name}.inst_interact.norm1`, size.dynamic);
    norm(`${name}.inst_interact.norm2`, hidden);
    linear(`${name}.inst_interact.out_layer`, hidden, hidden * POOLED ** 2);
    norm(`${name}.inst_interact.norm3`, hidden);
    linear(`${name}.linear1`, size.feedforward, hidden);
    linear(`${name}.linear2`, hidden, size.feedforward);
    for (const part of ["norm1", "norm2", "norm3"]) norm(`${name}.${part}`, hidden);
    for (const [module, depth] of [
      ["cls_module", 1],
      ["reg_module", 3],
    ] as const) {
      for (let i = 0; i < depth; i++) {
        linear(`${name}.${module}.${3 * i}`, hidden, hidden, false);
        norm(`${name}.${module}.${3 * i + 1}`, hidden);
      }
    }
    linear(`${name}.class_logits`, size.classes, hidden);
    linear(`${name}.bboxes_delta`, 4, hidden);
  }
}

function addFasterRcnn(size: FasterRcnnSize, add: Add): void {
  const { pyramid } = size.backbone;
  const layer = (name: string, dims: readonly number[]): void => {
    add(`${name}.weight`, dims);
    add(`${name}.bias`, [dims[0]!]);
  };
  const rpn = "proposal_generator.rpn_head";
  layer(`${rpn}.conv`, [pyramid, pyramid, 3, 3]);
  layer(`${rpn}.objectness_logits`, [size.anchors, pyramid, 1, 1]);
  layer(`${rpn}.anchor_deltas`, [size.anchors * 4, pyramid, 1, 1]);
  for (let i = 1; i <= size.convs; i++) layer(`roi_heads.box_head.conv${i}`, [pyramid, pyramid, 3, 3]);
  let width = pyramid * POOLED ** 2;
  size.linears.forEach((output, i) => {
    layer(`roi_heads.box_head.fc${i + 1}`, [output, width]);
    width = output;
  });
  layer("roi_heads.box_predictor.cls_score", [size.classes + 1, width]);
  layer("roi_heads.box_predictor.bbox_pred", [size.agnostic ? 4 : 4 * size.classes, width]);
}
