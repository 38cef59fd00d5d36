/**
 * RetinaNet (Lin et al., "Focal Loss for Dense Object Detection", 2017) as detectron2 writes it, to standard ONNX that ends
 * in maps of class logits and deltas per level; the manifest's decoder says what they mean.
 */
import type { AnchorDecoder } from "../../package/manifest.ts";
import { invalidCheckpoint } from "../checkpoint/errors.ts";
import { DETECTRON2_DEFAULTS, RETINANET_BASE } from "../config/defaults.ts";
import { DetectorConfig } from "../config/detector-config.ts";
import type { DetectorFamily } from "./architecture.ts";
import {
  anchorRule,
  checkAnchorCount,
  configNote,
  detectorInput,
  IMAGE,
  IMAGE_INPUT,
  ignoredTensor,
  scaleClamp,
} from "./detector-parts.ts";
import { type Features, LayerBuilder } from "./layers.ts";
import { addResNetFpn, pickLevels } from "./resnet-fpn.ts";

export const retinanet: DetectorFamily = {
  kind: "detector",
  names: ["retinanet"],
  convert(state, arch, given = null) {
    const config = new DetectorConfig(given, RETINANET_BASE, DETECTRON2_DEFAULTS);
    config.choice("MODEL.META_ARCHITECTURE", ["RetinaNet"]);
    const b = new LayerBuilder(state);
    const pyramid = addResNetFpn(b, IMAGE, config);
    const numbers = config.stages("MODEL.RETINANET.IN_FEATURES", "p");
    const levels = pickLevels(pyramid, numbers);
    const { classes, anchors } = headSize(b, config);
    const rule = anchorRule(b, config, "anchor_generator", levels.length);
    checkAnchorCount(rule, anchors);
    const outputs = levels.map((level, i) => {
      const tag = `p${numbers[i]}`;
      const scores = addTower(b, "cls_subnet", "cls_score", level, tag).value;
      const deltas = addTower(b, "bbox_subnet", "bbox_pred", level, tag).value;
      return { scores, deltas, stride: level.stride, anchors: rule.shapes[i]! };
    });
    const input = detectorInput(b, config, pyramid.padMultiple);
    const decoder: AnchorDecoder = {
      kind: "anchors",
      levels: outputs,
      offset: rule.offset,
      activation: "sigmoid",
      deltaOrder: "xywh",
      weights: config.numbers("MODEL.RETINANET.BBOX_REG_WEIGHTS", 4, 1e-6, 1e6) as [
        number,
        number,
        number,
        number,
      ],
      scaleClamp: scaleClamp(1000),
      scoreThreshold: config.number("MODEL.RETINANET.SCORE_THRESH_TEST", 0, 1),
      candidatesPerLevel: config.integer("MODEL.RETINANET.TOPK_CANDIDATES_TEST", 1, 100_000),
      iouThreshold: config.number("MODEL.RETINANET.NMS_THRESH_TEST", 0, 1),
      maxDetections: config.integer("TEST.DETECTIONS_PER_IMAGE", 1, 10_000),
    };
    const model = b.finish({
      arch,
      inputs: [IMAGE_INPUT],
      outputs: outputs.flatMap(({ scores, deltas }, i) => [
        { name: scores, type: "float", dims: [1, anchors * classes, `H${i}`, `W${i}`] },
        { name: deltas, type: "float", dims: [1, anchors * 4, `H${i}`, `W${i}`] },
      ]),
      ignored: ignoredTensor,
    });
    return {
      kind: "detector",
      model,
      inputName: IMAGE,
      sizeInputName: null,
      input,
      decoder,
      classes,
      labels: config.names("SPINE.FINDINGS"),
      notes: [
        `RetinaNet, ${classes} classes, ${anchors} anchors per place. ${pyramid.description}`,
        configNote(config, "detectron2's Base-RetinaNet.yaml"),
      ],
    };
  },
};

function headSize(b: LayerBuilder, config: DetectorConfig): { classes: number; anchors: number } {
  const [scores, deltas] = [b.dim("head.cls_score.weight", 0), b.dim("head.bbox_pred.weight", 0)];
  const anchors = deltas / 4;
  const classes = scores / anchors;
  if (deltas > 0 && scores > 0 && !(Number.isInteger(anchors) && Number.isInteger(classes))) {
    invalidCheckpoint(
      `The head predicts ${deltas} deltas and ${scores} scores per place; expected 4 deltas for each anchor, and ` +
        "equally many scores.",
    );
  }
  config.agree("MODEL.RETINANET.NUM_CLASSES", classes);
  config.agree(
    "MODEL.RETINANET.NUM_CONVS",
    b.count((i) => `head.cls_subnet.${2 * i}.weight`),
  );
  return { classes, anchors };
}

/** 3x3 convolutions with ReLU, the last without: the same weights on every level. */
function addTower(b: LayerBuilder, subnet: string, last: string, level: Features, tag: string): Features {
  const depth = b.count((i) => `head.${subnet}.${2 * i}.weight`);
  let x = level;
  const conv = (module: string) => b.conv(module, x, { kernel: 3, bias: true, output: `${module}.${tag}` });
  for (let i = 0; i < depth; i++) x = b.relu(conv(`head.${subnet}.${2 * i}`));
  return conv(`head.${last}`);
}
