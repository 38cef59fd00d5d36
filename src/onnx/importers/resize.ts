/** Resize and Upsample as a chain of one-axis resamplings. */
import type { Value } from "../../graph/graph.ts";
import type { NodeContext } from "./context.ts";
import type { OperatorTable } from "./operator.ts";
import { unsupported } from "./refusal.ts";
import {
  type AxisResize,
  axisWeights,
  COORDINATE_MODES,
  NEAREST_MODES,
  type Sampling,
  tapCount,
} from "./resample.ts";

/** round_half_up(x) of the specification. */
const roundHalfUp = (x: number): number => Math.floor(x + 0.5);

/** Scaled size as float32 arithmetic gives it, which is what shape inference uses. */
const scaledSize = (size: number, scale: number): number =>
  Math.floor(Math.fround(Math.fround(scale) * size));

function importResize(c: NodeContext): Value[] {
  if (c.opset < 11) return importUpsample(c);
  const x = c.input(0);
  const rank = x.dims.length;
  const sampling: Sampling = {
    mode: c.choice("mode", ["nearest", "linear", "cubic"], "nearest"),
    coordinates: c.choice("coordinate_transformation_mode", COORDINATE_MODES, "half_pixel"),
    nearest: c.choice("nearest_mode", NEAREST_MODES, "round_prefer_floor"),
    cubicA: c.float("cubic_coeff_a", -0.75),
    excludeOutside: c.int("exclude_outside", 0) === 1,
    antialias: c.int("antialias", 0) === 1,
  };
  const axes = c.axes(c.ints("axes", null) ?? x.dims.map((_, i) => i), rank);
  const list = (position: number, length: number): number[] | null => {
    const values = c.known(position);
    if (values === null || values.length === 0) return null;
    if (values.length !== length)
      c.mismatch(`input ${position} must have ${length} entries, found ${values.length}.`);
    return values;
  };
  const roi = sampling.coordinates === "tf_crop_and_resize" ? list(1, 2 * axes.length) : null;
  if (sampling.coordinates === "tf_crop_and_resize" && roi === null)
    c.mismatch("tf_crop_and_resize needs a roi.");
  const scales = list(2, axes.length);
  const sizes = scales === null ? list(3, axes.length) : null;
  const targets = scales === null ? bySizes(c, x, axes, sizes) : byScales(c, x, axes, scales);
  const plan = targets.map((target, i) => ({
    axis: axes[i]!,
    resize: { ...target, roi: [roi?.[i] ?? 0, roi?.[axes.length + i] ?? 1] } as AxisResize,
  }));
  return resample(c, x, plan, sampling, c.float("extrapolation_value", 0));
}

type Target = Omit<AxisResize, "roi">;

function byScales(c: NodeContext, x: Value, axes: readonly number[], scales: readonly number[]): Target[] {
  return scales.map((scale, i) => {
    const size = x.dims[axes[i]!]!;
    if (!(scale > 0)) c.mismatch(`scales must be positive, found ${scale}.`);
    return { size, outputSize: scaledSize(size, scale), scale };
  });
}

function bySizes(
  c: NodeContext,
  x: Value,
  axes: readonly number[],
  sizes: readonly number[] | null,
): Target[] {
  if (sizes === null) return c.mismatch("it needs scales or sizes.");
  if (sizes.some((size) => size < 0)) c.mismatch(`sizes must not be negative, found [${sizes}].`);
  const policy = c.choice("keep_aspect_ratio_policy", ["stretch", "not_larger", "not_smaller"], "stretch");
  const ratios = sizes.map((size, i) => size / x.dims[axes[i]!]!);
  if (policy === "stretch") {
    return sizes.map((outputSize, i) => ({ size: x.dims[axes[i]!]!, outputSize, scale: ratios[i]! }));
  }
  const scale = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  return axes.map((axis) => {
    const size = x.dims[axis]!;
    return { size, outputSize: roundHalfUp(scale * size), scale };
  });
}

/**
 * Upsample, and Resize of opset 10: position = i / scale. The specification does not say which neighbour
 * "nearest" takes when an axis shrinks, so that is refused.
 */
function importUpsample(c: NodeContext): Value[] {
  const x = c.input(0);
  const mode = c.choice("mode", ["nearest", "linear"], "nearest");
  const scales = c.opset < 9 ? c.floats("scales", null) : c.known(1);
  if (scales === null || scales.length !== x.dims.length) {
    return c.mismatch(`it needs one scale for each axis of [${x.dims}].`);
  }
  if (mode === "nearest" && scales.some((scale) => scale < 1))
    unsupported("nearest with a scale below 1 before opset 11");
  const targets = byScales(
    c,
    x,
    x.dims.map((_, i) => i),
    scales,
  );
  const plan = targets.map((target, axis) => ({ axis, resize: { ...target, roi: [0, 1] } as AxisResize }));
  const sampling: Sampling = {
    mode,
    coordinates: "asymmetric",
    nearest: "floor",
    cubicA: 0,
    excludeOutside: false,
    antialias: false,
  };
  return resample(c, x, plan, sampling, 0);
}

/**
 * Samples outside the axis (tf_crop_and_resize) become `extrapolation`: with all weights 0 they are 0, so x is
 * resampled relative to that value.
 */
function resample(
  c: NodeContext,
  x: Value,
  plan: readonly { axis: number; resize: AxisResize }[],
  sampling: Sampling,
  extrapolation: number,
): Value[] {
  for (const { axis, resize } of plan) {
    if (resize.size === 0 && resize.outputSize > 0) c.mismatch(`axis ${axis} of [${x.dims}] is empty.`);
  }
  const steps = plan
    .filter(({ resize }) => !isIdentity(resize, sampling))
    .map(({ axis, resize }) => {
      c.checkMade(resize.outputSize * tapCount(resize.scale, sampling));
      return { axis, ...axisWeights(resize, sampling) };
    });
  if (steps.length === 0) return [x];
  const shift = extrapolation !== 0 && steps.some((step) => step.outside);
  let y = shift ? c.add("binary", { inputs: [x, c.scalar(extrapolation)], op: "sub" }) : x;
  steps.forEach(({ outside: _, ...step }, i) => {
    const last = i === steps.length - 1 && !shift;
    y = last ? c.emit("resample", { inputs: [y], ...step })[0]! : c.add("resample", { inputs: [y], ...step });
  });
  return shift ? c.emit("binary", { inputs: [y, c.scalar(extrapolation)], op: "add" }) : [y];
}

const isIdentity = ({ size, outputSize, scale }: AxisResize, { coordinates }: Sampling): boolean =>
  size === outputSize &&
  scale === 1 &&
  coordinates !== "tf_crop_and_resize" &&
  coordinates !== "tf_half_pixel_for_nn";

export const RESIZE: OperatorTable = {
  Resize: {
    since: 10,
    inputs: 4,
    known: [1, 2, 3],
    attributes: [
      "antialias",
      "axes",
      "coordinate_transformation_mode",
      "cubic_coeff_a",
      "exclude_outside",
      "extrapolation_value",
      "keep_aspect_ratio_policy",
      "mode",
      "nearest_mode",
    ],
    import: importResize,
  },
  Upsample: {
    since: 7,
    until: 9,
    inputs: 2,
    known: [1],
    attributes: ["mode", "scales"],
    import: importUpsample,
  },
};
