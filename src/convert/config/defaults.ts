/** What holds where no configuration says otherwise: detectron2 0.3 and the reference implementation. */
import type { ConfigTree } from "./read-yaml.ts";

/** detectron2/config/defaults.py and add_sparsercnn_config: what an incomplete configuration leaves to them. */
export const DETECTRON2_DEFAULTS: ConfigTree = {
  INPUT: { MIN_SIZE_TEST: 800, MAX_SIZE_TEST: 1333, FORMAT: "BGR" },
  TEST: { DETECTIONS_PER_IMAGE: 100 },
  MODEL: {
    META_ARCHITECTURE: "GeneralizedRCNN",
    PIXEL_MEAN: [103.53, 116.28, 123.675],
    PIXEL_STD: [1, 1, 1],
    BACKBONE: { NAME: "build_resnet_backbone" },
    RESNETS: {
      NORM: "FrozenBN",
      STRIDE_IN_1X1: true,
      RES5_DILATION: 1,
      DEFORM_ON_PER_STAGE: [false, false, false, false],
    },
    FPN: { IN_FEATURES: [], NORM: "", FUSE_TYPE: "sum" },
    ANCHOR_GENERATOR: {
      NAME: "DefaultAnchorGenerator",
      SIZES: [[32, 64, 128, 256, 512]],
      ASPECT_RATIOS: [[0.5, 1, 2]],
      OFFSET: 0,
    },
    PROPOSAL_GENERATOR: { NAME: "RPN", MIN_SIZE: 0 },
    RPN: {
      HEAD_NAME: "StandardRPNHead",
      IN_FEATURES: ["res4"],
      BBOX_REG_WEIGHTS: [1, 1, 1, 1],
      PRE_NMS_TOPK_TEST: 6000,
      POST_NMS_TOPK_TEST: 1000,
      NMS_THRESH: 0.7,
    },
    ROI_HEADS: {
      NAME: "Res5ROIHeads",
      IN_FEATURES: ["res4"],
      SCORE_THRESH_TEST: 0.05,
      NMS_THRESH_TEST: 0.5,
    },
    ROI_BOX_HEAD: {
      NAME: "",
      BBOX_REG_WEIGHTS: [10, 10, 5, 5],
      POOLER_RESOLUTION: 14,
      POOLER_SAMPLING_RATIO: 0,
      POOLER_TYPE: "ROIAlignV2",
      USE_SIGMOID_CE: false,
    },
    RETINANET: {
      IN_FEATURES: ["p3", "p4", "p5", "p6", "p7"],
      SCORE_THRESH_TEST: 0.05,
      TOPK_CANDIDATES_TEST: 1000,
      NMS_THRESH_TEST: 0.5,
      BBOX_REG_WEIGHTS: [1, 1, 1, 1],
    },
    SparseRCNN: { NMS_THRESH: 0, NHEADS: 8, ACTIVATION: "relu", NUM_DYNAMIC: 2, USE_FOCAL: true },
  },
};

const FPN = {
  BACKBONE: { NAME: "build_resnet_fpn_backbone" },
  FPN: { IN_FEATURES: ["res2", "res3", "res4", "res5"] },
};
const ONE_SIZE_PER_LEVEL = [32, 64, 128, 256, 512];

/** Without any configuration: spine/configs/sparsercnn.yaml, suppressing at 0.7 as eval.sh does. */
export const SPARSE_RCNN_BASE: ConfigTree = {
  MODEL: {
    ...FPN,
    META_ARCHITECTURE: "SparseRCNN",
    RESNETS: { STRIDE_IN_1X1: false },
    ROI_HEADS: { IN_FEATURES: ["p2", "p3", "p4", "p5"] },
    ROI_BOX_HEAD: { POOLER_TYPE: "ROIAlignV2", POOLER_RESOLUTION: 7, POOLER_SAMPLING_RATIO: 2 },
    SparseRCNN: { NMS_THRESH: 0.7 },
  },
};

/** Without any configuration: configs/Base-RetinaNet.yaml. */
export const RETINANET_BASE: ConfigTree = {
  MODEL: {
    META_ARCHITECTURE: "RetinaNet",
    BACKBONE: { NAME: "build_retinanet_resnet_fpn_backbone" },
    FPN: { IN_FEATURES: ["res3", "res4", "res5"] },
    ANCHOR_GENERATOR: { SIZES: ONE_SIZE_PER_LEVEL.map((x) => [x, x * 2 ** (1 / 3), x * 2 ** (2 / 3)]) },
  },
};

/** Without any configuration: configs/Base-RCNN-FPN.yaml. */
export const FASTER_RCNN_BASE: ConfigTree = {
  MODEL: {
    ...FPN,
    META_ARCHITECTURE: "GeneralizedRCNN",
    ANCHOR_GENERATOR: { SIZES: ONE_SIZE_PER_LEVEL.map((x) => [x]) },
    RPN: { IN_FEATURES: ["p2", "p3", "p4", "p5", "p6"], PRE_NMS_TOPK_TEST: 1000 },
    ROI_HEADS: { NAME: "StandardROIHeads", IN_FEATURES: ["p2", "p3", "p4", "p5"] },
    ROI_BOX_HEAD: { NAME: "FastRCNNConvFCHead", POOLER_RESOLUTION: 7 },
  },
};
