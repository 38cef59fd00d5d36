/** Sparse R-CNN as the reference implementation writes it, to ONNX that ends in boxes. */
import { suppress, topCandidates } from "../../decoders/candidates.ts";
import { invalidCheckpoint } from "../checkpoint/errors.ts";
import { DETECTRON2_DEFAULTS, SPARSE_RCNN_BASE } from "../config/defaults.ts";
import { DetectorConfig } from "../config/detector-config.ts";
import type { DetectorFamily } from "./architecture.ts";
import {
  BOXES_DECODER,
  BOXES_OUTPUTS,
  configNote,
  detectorInput,
  IMAGE,
  IMAGE_INPUT,
  ignoredTensor,
  SIZE,
  SIZE_INPUT,
} from "./detector-parts.ts";
import { LayerBuilder } from "./layers.ts";
import { addResNetFpn } from "./resnet-fpn.ts";
import { makePooler } from "./roi-pooler.ts";
import { addStage, branchDepth, type Proposals } from "./sparse-rcnn-head.ts";

const FEATURES = "init_proposal_features.weight";
const BOXES = "init_proposal_boxes.weight";

export const sparseRcnn: DetectorFamily = {
  kind: "detector",
  names: ["sparse-rcnn"],
  convert(state, arch, given = null) {
    const config = new DetectorConfig(given, SPARSE_RCNN_BASE, DETECTRON2_DEFAULTS);
    config.choice("MODEL.META_ARCHITECTURE", ["SparseRCNN"]);
    config.choice("MODEL.SparseRCNN.USE_FOCAL", [true]);
    config.choice("MODEL.SparseRCNN.ACTIVATION", ["relu"]);
    const b = new LayerBuilder(state);
    const pyramid = addResNetFpn(b, IMAGE, config);
    const pooler = makePooler(b, pyramid, config);
    const [count, hidden] = [b.dim(FEATURES, 0), b.dim(FEATURES, 1)];
    const stages = b.count((i) => `head.head_series.${i}.self_attn.in_proj_weight`);
    if (stages === 0) {
      invalidCheckpoint(
        'The checkpoint has no head of Sparse R-CNN: "head.head_series.0.self_attn.in_proj_weight" is missing.',
      );
    }
    const features = { value: b.weight(FEATURES, [count, pooler.channels]), width: hidden };
    let proposals: Proposals = { boxes: addInitialBoxes(b, count), features };
    let logits = features;
    for (let stage = 0; stage < stages; stage++) {
      const refined = addStage({ b, config, pooler, count }, stage, proposals);
      proposals = refined;
      logits = refined.logits;
    }
    const classes = logits.width;
    agree(b, config, { count, hidden, stages, classes });
    const iou = config.number("MODEL.SparseRCNN.NMS_THRESH", 0, 1);
    const probabilities = b.node("Sigmoid", "head.probabilities", [logits.value]);
    const top = topCandidates(b, "best", probabilities, classes, count);
    const boxes = b.node("Gather", "best/boxes", [proposals.boxes, top.places], { axis: { int: 0 } });
    suppress(b, "final", [{ boxes, scores: top.scores, classes: top.classes }], {
      scoreThreshold: -Infinity,
      iouThreshold: iou === 0 ? 1 : iou, // 0 turns suppression off
      maxDetections: count,
    });
    const input = detectorInput(b, config, pyramid.padMultiple);
    const model = b.finish({
      arch,
      inputs: [IMAGE_INPUT, SIZE_INPUT],
      outputs: BOXES_OUTPUTS,
      ignored: ignoredTensor,
    });
    return {
      kind: "detector",
      model,
      inputName: IMAGE,
      sizeInputName: SIZE,
      input,
      decoder: BOXES_DECODER,
      classes,
      labels: config.names("SPINE.FINDINGS"),
      notes: [
        `Sparse R-CNN, ${classes} classes, ${count} proposals, ${stages} stages. ${pyramid.description}`,
        `Suppression within classes ${iou === 0 ? "is off" : `at IoU ${iou}`}.`,
        configNote(config, "the reference implementation's sparsercnn.yaml and eval.sh"),
      ],
    };
  },
};

/** The learned boxes, centre and size in 0..1, as corners in pixels of the picture. */
function addInitialBoxes(b: LayerBuilder, count: number): string {
  const corners = b.computed(BOXES, [count, 4], (boxes) =>
    boxes.map((_, i) => {
      const axis = i % 2;
      const row = i - (i % 4);
      const half = 0.5 * boxes[row + 2 + axis]!;
      return boxes[row + axis]! + (i % 4 < 2 ? -half : half);
    }),
  );
  const order = b.integers("initial_boxes.axes", [1, 0, 1, 0]);
  const scale = b.node("Gather", "initial_boxes.scale", [SIZE, order], { axis: { int: 0 } });
  return b.node("Mul", "initial_boxes", [corners, scale]);
}

function agree(
  b: LayerBuilder,
  config: DetectorConfig,
  found: { count: number; hidden: number; stages: number; classes: number },
): void {
  const at = (key: string) => `MODEL.SparseRCNN.${key}`;
  config.agree(at("NUM_PROPOSALS"), found.count);
  config.agree(at("HIDDEN_DIM"), found.hidden);
  config.agree(at("NUM_HEADS"), found.stages);
  config.agree(at("NUM_CLASSES"), found.classes);
  config.agree(at("DIM_FEEDFORWARD"), b.dim("head.head_series.0.linear1.weight", 0));
  config.agree(at("NUM_CLS"), branchDepth(b, "head.head_series.0.cls_module"));
  config.agree(at("NUM_REG"), branchDepth(b, "head.head_series.0.reg_module"));
}
