/** detectron2's region proposal network: where objects of any class may be. */
import { type Candidates, decodeAt, keepBest, rowsAt, topCandidates } from "../../decoders/candidates.ts";
import { type Head, makeGrid, type Output, toRows } from "../../decoders/layout.ts";
import { sliceOf } from "../../decoders/slice.ts";
import { invalidCheckpoint } from "../checkpoint/errors.ts";
import type { DetectorConfig } from "../config/detector-config.ts";
import { anchorRule, checkAnchorCount, IMAGE_INPUT, SIZE, scaleClamp } from "./detector-parts.ts";
import type { LayerBuilder } from "./layers.ts";
import { type Pyramid, pickLevels } from "./resnet-fpn.ts";

/** Names of values; rows past the run-time number of proposals have the score `absent`. */
export interface ProposedBoxes {
  /** f32 [m, 4] corners inside the picture. */
  readonly boxes: string;
  /** f32 [m], falling */
  readonly scores: string;
  /** f32 []: -infinity, the score of rows that are not there. */
  readonly absent: string;
}

const RPN = "proposal_generator.rpn_head";

/** The best boxes of every level, suppressed within levels, the best of all. */
export function addProposals(b: LayerBuilder, pyramid: Pyramid, config: DetectorConfig): ProposedBoxes {
  config.choice("MODEL.PROPOSAL_GENERATOR.NAME", ["RPN"]);
  config.choice("MODEL.RPN.HEAD_NAME", ["StandardRPNHead"]);
  const numbers = config.stages("MODEL.RPN.IN_FEATURES", "p");
  const levels = pickLevels(pyramid, numbers);
  const anchors = b.dim(`${RPN}.objectness_logits.weight`, 0);
  const rule = anchorRule(b, config, "proposal_generator.anchor_generator", levels.length);
  if (anchors > 0) checkAnchorCount(rule, anchors);
  const minSize = b.floats(
    "proposals/min_size",
    [config.number("MODEL.PROPOSAL_GENERATOR.MIN_SIZE", 0, 1e6)],
    [],
  );
  const absent = b.floats("proposals/absent", [-Infinity], []);
  const outputs = new Map<string, Output>();
  const head: Head = { b, classCount: 1, inputs: [IMAGE_INPUT], outputs };
  const codec = {
    weights: config.numbers("MODEL.RPN.BBOX_REG_WEIGHTS", 4, 1e-6, 1e6),
    scaleClamp: scaleClamp(1000),
  };
  const limit = config.integer("MODEL.RPN.PRE_NMS_TOPK_TEST", 1, 100_000);

  const candidates = levels.map((level, i): Candidates => {
    const tag = `p${numbers[i]}`;
    const name = `proposals/${tag}`;
    const shared = b.relu(
      b.conv(`${RPN}.conv`, level, { kernel: 3, bias: true, output: `${RPN}.conv.${tag}` }),
    );
    const predict = (part: string, perAnchor: number): string => {
      const module = `${RPN}.${part}`;
      const { value, width } = b.conv(module, shared, { kernel: 1, bias: true, output: `${module}.${tag}` });
      if (width !== anchors * perAnchor) {
        invalidCheckpoint(
          `"${module}.weight" has ${width} outputs; expected ${perAnchor} for each of ${anchors} anchors.`,
        );
      }
      outputs.set(value, { value, dims: [1, width, "H", "W"] });
      return value;
    };
    const [scores, deltas] = [predict("objectness_logits", 1), predict("anchor_deltas", 4)];
    const grid = makeGrid(head, name, scores, level.stride, rule.shapes[i]!, rule.offset);
    const rows = toRows(head, `${name}/score`, scores, grid, 1, [4]);
    const top = topCandidates(b, name, rows, 1, limit);
    const moves = toRows(head, `${name}/delta`, deltas, grid, 4, [4]);
    const decoded = decodeAt(b, name, grid.anchors, moves, top.places, codec);
    const boxes = b.spinexr("ClipBoxes", `${name}/clipped`, [decoded, SIZE]);
    const large = addLarger(b, name, boxes, minSize);
    return {
      boxes,
      scores: b.node("Where", `${name}/masked`, [large, top.scores, absent]),
      classes: addLevelNumber(b, name, top.scores, i),
    };
  });
  const filter = {
    iouThreshold: config.number("MODEL.RPN.NMS_THRESH", 0, 1),
    maxDetections: config.integer("MODEL.RPN.POST_NMS_TOPK_TEST", 1, 100_000),
  };
  const { boxes, kept } = keepBest(b, "proposals", candidates, filter, "proposals/kept_scores");
  return { boxes: rowsAt(b, "proposals/boxes", boxes, kept), scores: "proposals/kept_scores", absent };
}

/** bool [k]: both sides of the box are longer than `minimum`. */
function addLarger(b: LayerBuilder, name: string, boxes: string, minimum: string): string {
  const from = sliceOf(b, `${name}/from`, boxes, 1, 0, 2);
  const to = sliceOf(b, `${name}/to`, boxes, 1, 2, 4);
  const sides = b.node("Sub", `${name}/sides`, [to, from]);
  const shorter = b.node("ReduceMin", `${name}/shorter_side`, [sides], {
    axes: { ints: [1] },
    keepdims: { int: 0 },
  });
  return b.node("Greater", `${name}/is_large`, [shorter, minimum]);
}

/** i64 [k]: the level, k times; boxes are suppressed within levels only. */
function addLevelNumber(b: LayerBuilder, name: string, like: string, level: number): string {
  const value = { name: "", type: "int64", dims: [1], data: BigInt64Array.of(BigInt(level)) } as const;
  return b.node("ConstantOfShape", `${name}/level`, [b.node("Shape", `${name}/level_dims`, [like])], {
    value: { tensor: value },
  });
}
