/**
 * The iterative head of Sparse R-CNN (Sun et al., "Sparse R-CNN: End-to-End Object Detection with Learnable Proposals",
 * 2021): learned boxes and their learned features are refined stage by stage.
 */
import { invalidCheckpoint } from "../checkpoint/errors.ts";
import type { DetectorConfig } from "../config/detector-config.ts";
import { scaleClamp } from "./detector-parts.ts";
import type { Features, LayerBuilder } from "./layers.ts";
import type { Pooler } from "./roi-pooler.ts";

/** One stage's state. */
export interface Proposals {
  /** f32 [n, 4] corners. */
  readonly boxes: string;
  /** f32 [n, hidden] */
  readonly features: Features;
}

/** As head.py: BOX_WEIGHTS is not part of the configuration. */
const BOX_WEIGHTS = [2, 2, 1, 1];

export interface StageContext {
  readonly b: LayerBuilder;
  readonly config: DetectorConfig;
  readonly pooler: Pooler;
  /** Number of proposals. */
  readonly count: number;
}

/** Refines the proposals; logits f32 [n, classes]. */
export function addStage(
  context: StageContext,
  stage: number,
  proposals: Proposals,
): Proposals & { logits: Features } {
  const { b, pooler } = context;
  const name = `head.head_series.${stage}`;
  const rois = pooler(`${name}.rois`, proposals.boxes);
  const sum = (x: Features, y: Features, norm: string): Features =>
    b.layerNorm(`${name}.${norm}`, {
      value: b.node("Add", `${name}.${norm}.sum`, [x.value, y.value]),
      width: x.width,
    });
  let x = proposals.features;
  x = sum(x, addAttention(context, `${name}.self_attn`, x), "norm1");
  x = sum(x, addDynamicConv(context, `${name}.inst_interact`, x, rois), "norm2");
  x = sum(x, b.linear(`${name}.linear2`, b.relu(b.linear(`${name}.linear1`, x))), "norm3");
  const logits = b.linear(`${name}.class_logits`, addBranch(b, `${name}.cls_module`, x));
  const deltas = b.linear(`${name}.bboxes_delta`, addBranch(b, `${name}.reg_module`, x));
  const boxes = b.spinexr("DecodeBoxes", `${name}.boxes`, [proposals.boxes, deltas.value], {
    weights: { floats: BOX_WEIGHTS },
    scale_clamp: { float: scaleClamp(100_000) },
  });
  return { boxes, features: x, logits };
}

/** torch.nn.MultiheadAttention of x [n, hidden] with itself. */
function addAttention({ b, config, count }: StageContext, name: string, x: Features): Features {
  const hidden = x.width;
  const heads = config.integer("MODEL.SparseRCNN.NHEADS", 1, 1024);
  if (hidden % heads !== 0) {
    invalidCheckpoint(`${heads} attention heads (MODEL.SparseRCNN.NHEADS) do not divide ${hidden} features.`);
  }
  const size = hidden / heads;
  const joint = b.affine(`${name}.in_proj`, x, `${name}.in_proj_weight`, `${name}.in_proj_bias`, 3 * hidden);
  const parts = ["q", "k", "v"].map((part) => `${name}.${part}`);
  b.nodeWith("", "Split", `${name}.split`, [joint.value], parts, { axis: { int: 1 } });
  const shape = b.integers(`${name}.head_dims`, [count, heads, size]);
  /** [heads, n, size], or [heads, size, n]. */
  const perHead = (value: string, perm: readonly number[]): string =>
    b.node("Transpose", `${value}.heads`, [b.node("Reshape", `${value}.split`, [value, shape])], {
      perm: { ints: perm },
    });
  const [q, k, v] = [
    perHead(parts[0]!, [1, 0, 2]),
    perHead(parts[1]!, [1, 2, 0]),
    perHead(parts[2]!, [1, 0, 2]),
  ];
  const scaled = b.node("Mul", `${name}.scaled`, [q, b.floats(`${name}.scale`, [size ** -0.5], [])]);
  const scores = b.node("MatMul", `${name}.scores`, [scaled, k]);
  const weights = b.node("Softmax", `${name}.weights`, [scores], { axis: { int: -1 } });
  const mixed = b.node("Transpose", `${name}.mixed`, [b.node("MatMul", `${name}.values`, [weights, v])], {
    perm: { ints: [1, 0, 2] },
  });
  const rows = b.node("Reshape", `${name}.rows`, [mixed, b.integers(`${name}.row_dims`, [count, hidden])]);
  return b.linear(`${name}.out_proj`, { value: rows, width: hidden });
}

/**
 * Each proposal's features x [n, hidden] make two matrices, which its pooled map [n, hidden, r, r] goes through; the
 * result [n, hidden].
 */
function addDynamicConv(
  { b, config, pooler }: StageContext,
  name: string,
  x: Features,
  rois: string,
): Features {
  config.choice("MODEL.SparseRCNN.NUM_DYNAMIC", [2]);
  const hidden = x.width;
  const places = pooler.places;
  const narrow = b.dim(`${name}.norm1.weight`, 0);
  config.agree("MODEL.SparseRCNN.DIM_DYNAMIC", narrow);
  const joint = b.affine(
    `${name}.dynamic_layer`,
    x,
    `${name}.dynamic_layer.weight`,
    `${name}.dynamic_layer.bias`,
    2 * hidden * narrow,
  );
  const parts = [`${name}.flat1`, `${name}.flat2`];
  b.nodeWith("", "Split", `${name}.split`, [joint.value], parts, { axis: { int: 1 } });
  const matrix = (i: number, rows: number, columns: number): string =>
    b.node("Reshape", `${name}.matrix${i + 1}`, [
      parts[i]!,
      b.integers(`${name}.dims${i + 1}`, [-1, rows, columns]),
    ]);
  const map = b.node("Reshape", `${name}.map`, [rois, b.integers(`${name}.map_dims`, [-1, hidden, places])]);
  let y = b.node("Transpose", `${name}.places`, [map], { perm: { ints: [0, 2, 1] } });
  y = b.node("MatMul", `${name}.product1`, [y, matrix(0, hidden, narrow)]);
  y = b.relu(b.layerNorm(`${name}.norm1`, { value: y, width: narrow })).value;
  y = b.node("MatMul", `${name}.product2`, [y, matrix(1, narrow, hidden)]);
  y = b.relu(b.layerNorm(`${name}.norm2`, { value: y, width: hidden })).value;
  y = b.node("Flatten", `${name}.flat`, [y], { axis: { int: 1 } });
  const out = b.linear(`${name}.out_layer`, { value: y, width: places * hidden });
  return b.relu(b.layerNorm(`${name}.norm3`, out));
}

/** As often as the tensors say: Linear without bias, LayerNorm, ReLU; a third of the module's numbers each. */
function addBranch(b: LayerBuilder, module: string, x: Features): Features {
  const depth = branchDepth(b, module);
  let y = x;
  for (let i = 0; i < depth; i++) {
    y = b.linear(`${module}.${3 * i}`, y, { bias: false });
    y = b.relu(b.layerNorm(`${module}.${3 * i + 1}`, y));
  }
  return y;
}

export const branchDepth = (b: LayerBuilder, module: string): number =>
  b.count((i) => `${module}.${3 * i}.weight`);
