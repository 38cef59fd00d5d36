/**
 * Box operations of the shared core (native/detection/), the same bits from the addon and from WebAssembly.
 *
 * Boxes are a Float32Array of n x 4 corners x0, y0, x1, y1 in pixels of whatever picture the caller means. Everything
 * is computed in float32. Inputs are copied when a function is called and never changed; results belong to the caller.
 * Wrong types, lengths and ranges are refused with INVALID_ARGUMENT. NaN and infinite coordinates are accepted: what
 * they do is said at each function.
 */

export interface NmsRequest {
  /** n x 4 corners. A box without a finite area neither suppresses nor is suppressed. */
  readonly boxes: Float32Array;
  /** n. Equal scores: the lower index comes first. NaN takes no part. */
  readonly scores: Float32Array;
  /**
   * n class numbers of at least 0, default: one class. As torchvision's batched_nms, boxes are moved by class *
   * (largest coordinate of those above scoreThreshold + 1) in float32; boxes left of or above -1 may therefore still meet the class before.
   */
  readonly classes?: Int32Array;
  /** Only greater scores take part. Default -Infinity. */
  readonly scoreThreshold?: number;
}

export interface GreedyNmsRequest extends NmsRequest {
  /** 0 to 1. A box is dropped when its IoU with a kept one is greater. */
  readonly iouThreshold: number;
  /** Stops after so many kept boxes. Default: all. */
  readonly maxSelected?: number;
}

export interface SoftNmsRequest extends NmsRequest {
  /** linear: score *= 1 - IoU where IoU > iouThreshold; gaussian: score *= exp(-IoU^2 / sigma). */
  readonly method: "linear" | "gaussian";
  /** 0 to 1, for linear. Default 0.3. */
  readonly iouThreshold?: number;
  /** Greater than 0, for gaussian. Default 0.5. */
  readonly sigma?: number;
}

export interface AnchorsRequest {
  /** Of the feature map. */
  readonly height: number;
  readonly width: number;
  /** Picture pixels per map pixel. */
  readonly stride: number;
  /** Sides of the square boxes, in pixels. */
  readonly sizes: readonly number[];
  /** Height / width. */
  readonly ratios: readonly number[];
  /** Of the first centre, in strides, 0 (default) to less than 1. */
  readonly offset?: number;
}

/** Of dx, dy, dw, dh. Finite, not 0. */
export type BoxWeights = readonly [number, number, number, number];

export interface DecodeRequest {
  /** n x 4: anchors or proposals. */
  readonly boxes: Float32Array;
  /** n x groups x 4: dx, dy, dw, dh; one group, or one per class. */
  readonly deltas: Float32Array;
  readonly weights: BoxWeights;
  /** Upper bound of dw and dh; log(1000 / 16) in detectron2. */
  readonly scaleClamp: number;
}

export interface EncodeRequest {
  /** n x 4: anchors or proposals. */
  readonly boxes: Float32Array;
  /** n x 4: what they are to decode to. */
  readonly targets: Float32Array;
  readonly weights: BoxWeights;
}

export interface ClipRequest {
  readonly boxes: Float32Array;
  /** Of the picture, in the boxes' pixels. */
  readonly height: number;
  readonly width: number;
  /** Boxes whose width or height is not greater than this are not kept. Default 0. */
  readonly minSide?: number;
}

export interface TopKRequest {
  /** Equal scores: the lower index comes first. NaN takes no part. */
  readonly scores: Float32Array;
  readonly k: number;
  /** Only greater scores take part. Default -Infinity. */
  readonly scoreThreshold?: number;
}

export interface LevelsRequest {
  readonly boxes: Float32Array;
  /** 2 and 5 for p2 .. p5. 0 to 64. */
  readonly lowest: number;
  readonly highest: number;
  /** A box of this side, in pixels, belongs to canonicalLevel. Default 224 and 4. */
  readonly canonicalSize?: number;
  readonly canonicalLevel?: number;
}

export interface FeatureLevel {
  /** height x width x channels, row-major. */
  readonly data: Float32Array;
  readonly height: number;
  readonly width: number;
  /** From box pixels to map pixels: 1 / stride. */
  readonly scale: number;
}

export interface RoiAlignRequest {
  /** 1 to 16 maps with the same number of channels. */
  readonly maps: readonly FeatureLevel[];
  readonly channels: number;
  /** n x 4 corners. A region that is not finite gives zeros. */
  readonly boxes: Float32Array;
  /** n numbers of maps; may be left out where there is one map. */
  readonly levels?: Int32Array;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Samples per bin and axis, at most 1024; 0: as many as the bin has map pixels, rounded up. */
  readonly samplingRatio: number;
  /** true: pixel centres at half coordinates (detectron2); false: regions are at least one map pixel wide. */
  readonly aligned: boolean;
}

export interface DetectionCore {
  /** n x m intersection over union of boxes a (n x 4) and b (m x 4), row-major. 0 where no area is shared or is NaN. */
  iou(a: Float32Array, b: Float32Array): Promise<Float32Array>;
  /** height x width x sizes x ratios boxes, not clipped; the ratios innermost. As detectron2's generator. */
  anchors(request: AnchorsRequest): Promise<Float32Array>;
  /** n x groups x 4 corners, not clipped. As detectron2's Box2BoxTransform.apply_deltas. NaN stays NaN. */
  decodeBoxes(request: DecodeRequest): Promise<Float32Array>;
  /** n x 4 deltas, the inverse of decodeBoxes. A box without area gives infinity or NaN. */
  encodeBoxes(request: EncodeRequest): Promise<Float32Array>;
  /** All boxes clipped to 0 .. width and 0 .. height, and the ascending indices of those that are not empty. */
  clipBoxes(request: ClipRequest): Promise<{ readonly boxes: Float32Array; readonly kept: Int32Array }>;
  /** Indices of the (at most) k highest scores, falling. */
  topK(request: TopKRequest): Promise<Int32Array>;
  /** Indices of the kept boxes in falling score. */
  nms(request: GreedyNmsRequest): Promise<Int32Array>;
  /** Indices in the order of keeping, and the scores that are left (falling). */
  softNms(request: SoftNmsRequest): Promise<{ readonly kept: Int32Array; readonly scores: Float32Array }>;
  /**
   * n numbers of maps, 0 for the lowest level: floor(canonicalLevel + log2(sqrt(area) / canonicalSize + 1e-8)), clamped.
   * A NaN or negative area gives 0.
   */
  assignLevels(request: LevelsRequest): Promise<Int32Array>;
  /** n x outHeight x outWidth x channels: means of bilinear samples. */
  roiAlign(request: RoiAlignRequest): Promise<Float32Array>;
}
