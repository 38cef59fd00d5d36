/**
 * Weights of ONNX Resize along one axis: where each output sample comes from (coordinate transformation), and
 * which neighbours it mixes (nearest, linear, cubic; optionally widened against aliasing). Formulas: ONNX operator
 * specification, Resize, and its reference implementation.
 */
export const COORDINATE_MODES = [
  "half_pixel",
  "half_pixel_symmetric",
  "pytorch_half_pixel",
  "align_corners",
  "asymmetric",
  "tf_half_pixel_for_nn",
  "tf_crop_and_resize",
] as const;
export const NEAREST_MODES = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"] as const;

export interface AxisResize {
  readonly size: number;
  readonly outputSize: number;
  /** As given, or outputSize / size. */
  readonly scale: number;
  /** Start and end of the region in fractions of size - 1; for tf_crop_and_resize. */
  readonly roi: readonly [number, number];
}

export interface Sampling {
  readonly mode: "nearest" | "linear" | "cubic";
  readonly coordinates: (typeof COORDINATE_MODES)[number];
  readonly nearest: (typeof NEAREST_MODES)[number];
  readonly cubicA: number;
  /** Neighbours outside the axis get weight 0 and the others are scaled up; otherwise the edge is repeated. */
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
}

/** `outside`: at least one output sample of tf_crop_and_resize lies outside the axis; its weights are all 0. */
export interface AxisWeights {
  readonly taps: number;
  readonly indices: Int32Array;
  readonly weights: Float32Array;
  readonly outside: boolean;
}

/** Position of output sample i on the input axis. The length of the output counts as scale * size, unrounded. */
function sourcePosition(i: number, axis: AxisResize, mode: Sampling["coordinates"]): number {
  const { size, scale, roi } = axis;
  const length = scale * size;
  switch (mode) {
    case "half_pixel":
      return (i + 0.5) / scale - 0.5;
    case "half_pixel_symmetric":
      return (size / 2) * (1 - axis.outputSize / length) + (i + 0.5) / scale - 0.5;
    case "pytorch_half_pixel":
      return length > 1 ? (i + 0.5) / scale - 0.5 : 0;
    case "align_corners":
      return length === 1 ? 0 : (i * (size - 1)) / (length - 1);
    case "asymmetric":
      return i / scale;
    case "tf_half_pixel_for_nn":
      return (i + 0.5) / scale;
    case "tf_crop_and_resize": {
      const [start, end] = roi;
      if (length === 1) return ((start + end) * (size - 1)) / 2;
      return start * (size - 1) + (i * (end - start) * (size - 1)) / (length - 1);
    }
  }
}

/** The cubic convolution kernel of Keys with parameter a. */
function cubicKernel(x: number, a: number): number {
  const d = Math.abs(x);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return 0;
}

/** Number of neighbours that `axisWeights` mixes: half of them to the left of the sample. */
export function tapCount(scale: number, sampling: Sampling): number {
  if (sampling.mode === "nearest") return 1;
  const reach = sampling.mode === "linear" ? 1 : 2;
  return sampling.antialias ? 2 * Math.ceil(reach / Math.min(scale, 1)) : 2 * reach;
}

/**
 * Positions are rounded to float32 for the choice of a nearest neighbour: 3 / (1/3 as float32) is meant to be 9.
 */
function nearestIndex(position: number, mode: Sampling["nearest"]): number {
  const x = Math.fround(position);
  switch (mode) {
    case "floor":
      return Math.floor(x);
    case "ceil":
      return Math.ceil(x);
    case "round_prefer_floor":
      return Math.ceil(x - 0.5);
    case "round_prefer_ceil":
      return Math.floor(x + 0.5);
  }
}

export function axisWeights(axis: AxisResize, sampling: Sampling): AxisWeights {
  const { size, outputSize } = axis;
  const taps = tapCount(axis.scale, sampling);
  const indices = new Int32Array(outputSize * taps);
  const weights = new Float32Array(outputSize * taps);
  const clamp = (index: number) => Math.min(Math.max(index, 0), size - 1);
  const stretch = sampling.antialias ? Math.min(axis.scale, 1) : 1;
  let outside = false;
  for (let i = 0; i < outputSize; i++) {
    const position = sourcePosition(i, axis, sampling.coordinates);
    if (sampling.coordinates === "tf_crop_and_resize" && (position < 0 || position > size - 1)) {
      outside = true;
      continue;
    }
    if (sampling.mode === "nearest") {
      indices[i] = clamp(nearestIndex(position, sampling.nearest));
      weights[i] = 1;
      continue;
    }
    const first = Math.floor(position) - taps / 2 + 1;
    const row = Array.from({ length: taps }, (_, t) => {
      const index = first + t;
      if (sampling.excludeOutside && (index < 0 || index >= size)) return 0;
      const distance = (index - position) * stretch;
      if (sampling.mode === "linear") return Math.max(0, 1 - Math.abs(distance));
      return cubicKernel(distance, sampling.cubicA);
    });
    const sum = row.reduce((a, b) => a + b, 0);
    const normalized = sampling.antialias || sampling.excludeOutside;
    row.forEach((weight, t) => {
      indices[i * taps + t] = clamp(first + t);
      weights[i * taps + t] = normalized ? weight / sum : weight;
    });
  }
  return { taps, indices, weights, outside };
}
