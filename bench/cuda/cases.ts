/** What is compared on a GPU. */
import type { Precision } from "../../src/plan/lower.ts";
import type { Architecture } from "../models.ts";

interface Common {
  readonly name: string;
  readonly what: string;
  readonly precision: Precision;
  /** What rival / ours must reach on an H100; null: for information. */
  readonly target: number | null;
  /** What ours may take at most there, in ms; null: nothing is demanded. */
  readonly most: number | null;
}

export interface NetworkCase extends Common {
  readonly kind: "network";
  readonly architecture: Architecture;
  /** NCHW of the picture. */
  readonly dims: readonly [number, number, number, number];
  /** Whether the rival is compiled. */
  readonly compile: boolean;
}

export interface ScreenCase extends Common {
  readonly kind: "screen";
  /** Of the picture: height and width. */
  readonly size: readonly [number, number];
}

export type GpuCase = NetworkCase | ScreenCase;

export const SCREENING = ["densenet121", "densenet169", "densenet201", "sparse-rcnn"] as const;

/** @param small sizes with which all but the speed can be tested without a GPU */
export function gpuCases(small: boolean): GpuCase[] {
  const side = small ? 64 : 224;
  const [height, width] = small ? [128, 192] : [800, 1344];
  const densenet = (precision: Precision, batch: number, goal: Pick<Common, "target" | "most">): GpuCase => ({
    kind: "network",
    name: `densenet121/${precision}/b${batch}`,
    what: `DenseNet-121, ${batch} x ${side} x ${side}`,
    architecture: "densenet121",
    precision,
    dims: [batch, 3, side, side],
    compile: batch > 1,
    ...goal,
  });
  const detector = (architecture: "retinanet" | "sparse-rcnn", what: string, target: number): GpuCase => ({
    kind: "network",
    name: `${architecture}/fp16/b1`,
    what: `${what} to boxes, ${height} x ${width}`,
    architecture,
    precision: "fp16",
    dims: [1, 3, height, width],
    compile: false,
    target,
    most: null,
  });
  const size = small ? ([300, 250] as const) : ([3000, 2500] as const);
  return [
    densenet("fp16", 1, { target: 1.5, most: 0.6 }),
    densenet("fp16", small ? 3 : 64, { target: 1.2, most: null }),
    detector("retinanet", "RetinaNet R50-FPN", 1.3),
    detector("sparse-rcnn", "Sparse R-CNN R50-FPN", 1.5),
    {
      kind: "screen",
      name: "screen/fp16",
      what: `three DenseNets and Sparse R-CNN, 16-bit samples ${size.join(" x ")} to report`,
      precision: "fp16",
      size,
      target: 1.5,
      most: 12,
    },
    densenet("fp32", 1, { target: null, most: null }),
  ];
}
