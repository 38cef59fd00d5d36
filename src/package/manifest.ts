/**
 * Types of `model.json`; `models/manifest.schema.json` is the normative schema (kept equal by a test). No label,
 * mean, threshold or anchor lives in code: all of it is here.
 */
export interface FileRef {
  /** Relative to the package folder, inside it, no "..". */
  readonly file: string;
  readonly sha256: string;
}

export interface ModelInput {
  readonly height: number;
  readonly width: number;
  /** "stretch": to height x width, aspect ratio ignored. */
  readonly resize: "stretch";
  /** Order of the three (equal) grey planes; matters only for mean and std. */
  readonly colorOrder: "BGR" | "RGB";
  /** On the 0..255 scale, in colorOrder. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

export interface ClassifierEntry extends FileRef {
  readonly name: string;
  readonly architecture: string;
  readonly input: ModelInput;
  /** Names of the ONNX input [N, 3, H, W] and of the output logits [N, labels]. */
  readonly inputName: string;
  readonly outputName: string;
  readonly labels: readonly string[];
}

/** How pictures become the detector's input; zeros are added right and below after normalisation. */
export type DetectorResize =
  /** detectron2's ResizeShortestEdge, then padding to multiples of `padMultiple`. */
  | {
      readonly rule: "shortest-edge";
      readonly shortestEdge: number;
      readonly longestEdge: number;
      readonly padMultiple: number;
    }
  /** Largest size of the same aspect ratio inside height x width, padded to exactly that. */
  | { readonly rule: "fit"; readonly height: number; readonly width: number }
  /** Exactly height x width, aspect ratio ignored. */
  | { readonly rule: "stretch"; readonly height: number; readonly width: number };

export interface DetectorInput {
  readonly resize: DetectorResize;
  readonly colorOrder: "BGR" | "RGB";
  /** On the 0..255 scale, in colorOrder. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** What is left of a dense head's candidates. */
export interface DetectionFilter {
  /** Candidates with a greater score take part. */
  readonly scoreThreshold: number;
  /** Best candidates (pairs of place and class) of each level that take part. */
  readonly candidatesPerLevel: number;
  /** Class-aware suppression where IoU is greater; 1 keeps all. */
  readonly iouThreshold: number;
  readonly maxDetections: number;
}

/** The network ends in finished boxes: outputs [m, 4] corners in pixels of the resized picture, [m] scores, [m] int64 classes. */
export interface BoxesDecoder {
  readonly kind: "boxes";
  readonly boxes: string;
  readonly scores: string;
  readonly classes: string;
}

/** RetinaNet, EfficientDet, SSD: deltas against anchors, on maps [1, A * K, H, W] and [1, A * 4, H, W], or rows [1, H * W * A, K] and [1, H * W * A, 4]. */
export interface AnchorDecoder extends DetectionFilter {
  readonly kind: "anchors";
  readonly levels: readonly {
    /** Names of the network's outputs. */
    readonly scores: string;
    readonly deltas: string;
    readonly stride: number;
    /** Width and height of each anchor in picture pixels, in the order of the head's channels. */
    readonly anchors: readonly (readonly [number, number])[];
  }[];
  /** Centre of the first anchor in strides: 0 or 0.5. */
  readonly offset: number;
  /** What makes scores of the network's output; softmax counts a background class last, which never is a label. */
  readonly activation: "sigmoid" | "softmax" | "none";
  /** Order of the four deltas: x, y, w, h (detectron2) or y, x, h, w (EfficientDet). */
  readonly deltaOrder: "xywh" | "yxhw";
  /** Deltas are divided by these, in the order x, y, w, h. */
  readonly weights: readonly [number, number, number, number];
  /** dw and dh are clamped from above. */
  readonly scaleClamp: number;
}

/** YOLO v5: finished rows [1, n, 5 + K] (x, y, w, h, objectness, classes), or raw maps [1, A * (5 + K), H, W] or [1, A, H, W, 5 + K] per level. */
export interface YoloV5Decoder extends DetectionFilter {
  readonly kind: "yolo-v5";
  readonly output:
    | { readonly rows: string }
    | {
        readonly levels: readonly {
          readonly map: string;
          readonly stride: number;
          readonly anchors: readonly (readonly [number, number])[];
        }[];
      };
}

/** YOLO v8: finished rows [1, 4 + K, n] (x, y, w, h, classes), or raw maps [1, 4 * bins + K, H, W] per level with distance distributions. */
export interface YoloV8Decoder extends DetectionFilter {
  readonly kind: "yolo-v8";
  readonly output:
    | { readonly rows: string }
    | {
        readonly bins: number;
        readonly levels: readonly { readonly map: string; readonly stride: number }[];
      };
}

export type Decoder = BoxesDecoder | AnchorDecoder | YoloV5Decoder | YoloV8Decoder;

/** Names of the network's outputs that a decoder reads, in the manifest's order. */
export function decoderOutputs(decoder: Decoder): string[] {
  switch (decoder.kind) {
    case "boxes":
      return [decoder.boxes, decoder.scores, decoder.classes];
    case "anchors":
      return decoder.levels.flatMap(({ scores, deltas }) => [scores, deltas]);
    default: {
      const { output } = decoder;
      return "rows" in output ? [output.rows] : output.levels.map(({ map }) => map);
    }
  }
}

export interface DetectorEntry extends FileRef {
  readonly name: string;
  readonly architecture: string;
  readonly input: DetectorInput;
  /** Name of the ONNX input [1, 3, H, W]. */
  readonly inputName: string;
  /** Name of the ONNX input f32 [2] that takes height and width of the picture without padding, or null. */
  readonly sizeInputName: string | null;
  readonly decoder: Decoder;
  /** By class index. */
  readonly labels: readonly string[];
}

export interface Thresholds {
  /** A picture is called abnormal from this probability on. */
  readonly abnormal: number;
  /** The decision rule: on a picture called normal, findings with a lower score are dropped. */
  readonly findingWhenNormal: number;
  /**
   * By label of the detector, 0..1: findings with a lower score are suppressed, whatever the classifiers say. Labels
   * that are not named keep all. Absent: the reference, which has no such rule.
   */
  readonly finding?: Readonly<Record<string, number>>;
}

export interface SelfTest extends FileRef {
  /** An 8-bit grey PNG in the package, and what each classifier must answer. */
  readonly logits: Readonly<Record<string, readonly number[]>>;
  readonly tolerance: number;
}

export interface Manifest {
  readonly schema: "spinexr.model/1";
  readonly name: string;
  readonly version: string;
  readonly kind: "vindr-spinexr";
  readonly license: string;
  readonly intendedUse: string;
  readonly provenance: { readonly source: string; readonly training: string; readonly notes?: string };
  /** Shown with every report made by this package: "random weights: answers mean nothing". */
  readonly warnings: readonly string[];
  /** Empty only where there is a detector. */
  readonly classifiers: readonly ClassifierEntry[];
  /** null: the package has no detector. */
  readonly detector: DetectorEntry | null;
  readonly ensemble: { readonly rule: "mean-logit"; readonly clip: number };
  readonly thresholds: Thresholds;
  readonly selfTest: SelfTest | null;
}
