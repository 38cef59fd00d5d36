/**
 * Faster R-CNN (Ren et al. 2015) on a feature pyramid as detectron2 writes it: proposals from anchors, then a head of
 * fully connected layers; to ONNX that ends in boxes.
 */
import { suppress } from "../../decoders/candidates.ts";
import { sliceOf } from "../../decoders/slice.ts";
import { invalidCheckpoint } from "../checkpoint/errors.ts";
import { DETECTRON2_DEFAULTS, FASTER_RCNN_BASE } from "../config/defaults.ts";
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
  scaleClamp,
} from "./detector-parts.ts";
import { type Features, LayerBuilder } from "./layers.ts";
import { addProposals, type ProposedBoxes } from "./region-proposals.ts";
import { addResNetFpn } from "./resnet-fpn.ts";
import { makePooler, type Pooler } from "./roi-pooler.ts";

const HEAD = "roi_heads.box_head";
const PREDICTOR = "roi_heads.box_predictor";

export const fasterRcnn: DetectorFamily = {
  kind: "detector",
  names: ["faster-rcnn"],
  convert(state, arch, given = null) {
    const config = new DetectorConfig(given, FASTER_RCNN_BASE, DETECTRON2_DEFAULTS);
    config.choice("MODEL.META_ARCHITECTURE", ["GeneralizedRCNN"]);
    config.choice("MODEL.ROI_HEADS.NAME", ["StandardROIHeads"]);
    config.choice("MODEL.ROI_BOX_HEAD.NAME", ["FastRCNNConvFCHead"]);
    config.choice("MODEL.ROI_BOX_HEAD.USE_SIGMOID_CE", [false]);
    const b = new LayerBuilder(state);
    const pyramid = addResNetFpn(b, IMAGE, config);
    const proposals = addProposals(b, pyramid, config);
    const head = addBoxHead(b, config, makePooler(b, pyramid, config), proposals);
    const classes = addDetections(b, config, head, proposals);
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
        `Faster R-CNN, ${classes} classes. ${pyramid.description}`,
        configNote(config, "detectron2's Base-RCNN-FPN.yaml"),
      ],
    };
  },
};

/** Convolutions, then linear layers, all with ReLU: as many as the tensors say. Rows [proposals, width]. */
function addBoxHead(
  b: LayerBuilder,
  config: DetectorConfig,
  pooler: Pooler,
  { boxes }: ProposedBoxes,
): Features {
  const convs = b.count((i) => `${HEAD}.conv${i + 1}.weight`);
  const linears = b.count((i) => `${HEAD}.fc${i + 1}.weight`);
  config.agree("MODEL.ROI_BOX_HEAD.NUM_CONV", convs);
  config.agree("MODEL.ROI_BOX_HEAD.NUM_FC", linears);
  if (linears === 0) {
    invalidCheckpoint(`The checkpoint's box head has no linear layer: "${HEAD}.fc1.weight" is missing.`);
  }
  let x: Features = { value: pooler(`${HEAD}.rois`, boxes), width: pooler.channels };
  for (let i = 1; i <= convs; i++) x = b.relu(b.conv(`${HEAD}.conv${i}`, x, { kernel: 3, bias: true }));
  const flat = b.node("Flatten", `${HEAD}.flat`, [x.value], { axis: { int: 1 } });
  x = { value: flat, width: x.width * pooler.places };
  for (let i = 1; i <= linears; i++) x = b.relu(b.linear(`${HEAD}.fc${i}`, x));
  return x;
}

/**
 * Scores and boxes of every pair of proposal and class to the outputs of the network; the number of classes. Rows past
 * the number of proposals give nothing.
 */
function addDetections(
  b: LayerBuilder,
  config: DetectorConfig,
  head: Features,
  { boxes, scores, absent }: ProposedBoxes,
): number {
  const logits = b.linear(`${PREDICTOR}.cls_score`, head);
  const deltas = b.linear(`${PREDICTOR}.bbox_pred`, head);
  const classes = logits.width - 1;
  config.agree("MODEL.ROI_HEADS.NUM_CLASSES", classes);
  const groups = deltas.width / 4;
  if (logits.width > 0 && deltas.width > 0 && (classes < 1 || (groups !== classes && groups !== 1))) {
    invalidCheckpoint(
      `The box head predicts ${logits.width} scores and ${deltas.width} deltas; expected K + 1 scores, and 4 or 4 K deltas.`,
    );
  }
  const softmax = b.node("Softmax", "final/softmax", [logits.value], { axis: { int: 1 } });
  const foreground = sliceOf(b, "final/foreground", softmax, 1, 0, classes); // the background is last
  const real = b.node("Greater", "final/is_proposal", [scores, absent]);
  const realRows = b.node("Unsqueeze", "final/is_proposal_rows", [real, b.integers("final/axis", [1])]);
  const masked = b.node("Where", "final/masked", [realRows, foreground, absent]);
  const moves =
    groups === classes
      ? deltas.value
      : b.node("Tile", "final/deltas", [deltas.value, b.integers("final/repeats", [1, classes])]);
  const decoded = b.spinexr("DecodeBoxes", "final/decoded", [boxes, moves], {
    weights: { floats: config.numbers("MODEL.ROI_BOX_HEAD.BBOX_REG_WEIGHTS", 4, 1e-6, 1e6) },
    scale_clamp: { float: scaleClamp(1000) },
  });
  const clipped = b.spinexr("ClipBoxes", "final/clipped", [decoded, SIZE]);
  const numbers = b.integers(
    "final/numbers",
    Array.from({ length: classes }, (_, i) => i),
    [1, classes],
  );
  const dims = b.node("Shape", "final/pair_dims", [masked]);
  const flat = b.integers("final/flat_dims", [-1]);
  const pairs = {
    boxes: b.node("Reshape", "final/pair_boxes", [clipped, b.integers("final/box_dims", [-1, 4])]),
    scores: b.node("Reshape", "final/pair_scores", [masked, flat]),
    classes: b.node("Reshape", "final/pair_classes", [
      b.node("Expand", "final/classes_per_row", [numbers, dims]),
      flat,
    ]),
  };
  suppress(b, "final", [pairs], {
    scoreThreshold: config.number("MODEL.ROI_HEADS.SCORE_THRESH_TEST", 0, 1),
    iouThreshold: config.number("MODEL.ROI_HEADS.NMS_THRESH_TEST", 0, 1),
    maxDetections: config.integer("TEST.DETECTIONS_PER_IMAGE", 1, 10_000),
  });
  return classes;
}
