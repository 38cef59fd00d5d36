/** DetectionCore over a driver: checks everything and copies inputs first, so that no driver is ever handed a lie. */
import type { PortData } from "./core.ts";
import type { BoxWeights, DetectionCore, FeatureLevel, NmsRequest } from "./detection.ts";
import {
  checkBoxes,
  checkFlag,
  checkInteger,
  checkLength,
  checkNumber,
  checkType,
} from "./detection-checks.ts";
import type { BoxArgument, BoxFunction, DetectionDriver, OutputSpec } from "./driver.ts";

const MAX_SIDE = 2 ** 16;
const MAX_INT32 = 2 ** 31 - 1;
const LARGEST = 3.4028234663852886e38;

type Schedule = <T>(task: () => Promise<T>) => Promise<T>;

const f32 = (what: string, ...dims: number[]): OutputSpec => ({
  dtype: "f32",
  length: checkLength(what, dims),
});
const i32 = (length: number): OutputSpec => ({ dtype: "i32", length });
const ONE = i32(1);

/** `schedule` decides when a call may start; arguments are checked and copied before. */
export function detectionCore(driver: DetectionDriver, schedule: Schedule): DetectionCore {
  async function call<T extends PortData[]>(name: BoxFunction, args: readonly BoxArgument[]): Promise<T> {
    const own = args.map((argument) => (ArrayBuffer.isView(argument) ? argument.slice() : argument));
    return (await schedule(() => driver.call({ name, args: own }))) as T;
  }

  return {
    async iou(a, b) {
      const n = checkBoxes("a", a);
      const m = checkBoxes("b", b);
      return (await call<[Float32Array]>("iou", [a, n, b, m, f32("pairs", n, m)]))[0];
    },

    async anchors({ height, width, stride, sizes, ratios, offset = 0 }) {
      checkInteger("height", height, 1, MAX_SIDE);
      checkInteger("width", width, 1, MAX_SIDE);
      checkNumber("stride", stride, 1e-3, 1e9);
      checkNumber("offset", offset, 0, 1);
      const own = { sizes: positives("sizes", sizes), ratios: positives("ratios", ratios) };
      const boxes = f32("anchors", height, width, sizes.length, ratios.length, 4);
      const lists = [own.sizes, sizes.length, own.ratios, ratios.length];
      return (await call<[Float32Array]>("anchors", [...lists, stride, offset, height, width, boxes]))[0];
    },

    async decodeBoxes({ boxes, deltas, weights, scaleClamp }) {
      const n = checkBoxes("boxes", boxes);
      const total = checkBoxes("deltas", deltas);
      const groups = n === 0 ? 1 : total / n;
      checkInteger("deltas per box", groups, 1, MAX_SIDE);
      if (n === 0) checkInteger("deltas of no boxes", total, 0, 0);
      checkNumber("scaleClamp", scaleClamp, -LARGEST, LARGEST);
      const args = [boxes, deltas, n, groups, fourWeights(weights), scaleClamp, f32("boxes", total, 4)];
      return (await call<[Float32Array]>("decode", args))[0];
    },

    async encodeBoxes({ boxes, targets, weights }) {
      const n = checkBoxes("boxes", boxes);
      checkInteger("number of targets", checkBoxes("targets", targets), n, n);
      const args = [boxes, targets, n, fourWeights(weights), f32("deltas", n, 4)];
      return (await call<[Float32Array]>("encode", args))[0];
    },

    async clipBoxes({ boxes, height, width, minSide = 0 }) {
      const n = checkBoxes("boxes", boxes);
      checkNumber("height", height, 0, LARGEST);
      checkNumber("width", width, 0, LARGEST);
      checkNumber("minSide", minSide, 0, LARGEST);
      const args = [boxes, n, height, width, minSide, f32("boxes", n, 4), i32(n), ONE];
      const [clipped, kept, count] = await call<[Float32Array, Int32Array, Int32Array]>("clip", args);
      return { boxes: clipped, kept: kept.slice(0, count[0]) };
    },

    async topK({ scores, k, scoreThreshold = -Infinity }) {
      checkType("scores", scores, Float32Array);
      checkInteger("k", k, 0, MAX_INT32);
      checkThreshold(scoreThreshold);
      const n = checkLength("scores", [scores.length]);
      const [kept, count] = await call<[Int32Array, Int32Array]>("topK", [
        scores,
        n,
        k,
        scoreThreshold,
        i32(n),
        ONE,
      ]);
      return kept.slice(0, count[0]);
    },

    async nms(request) {
      const { inputs, n, scoreThreshold } = checkNms(request);
      const { iouThreshold, maxSelected = MAX_INT32 } = request;
      checkNumber("iouThreshold", iouThreshold, 0, 1);
      checkInteger("maxSelected", maxSelected, 0, MAX_INT32);
      const args = [...inputs, n, iouThreshold, scoreThreshold, maxSelected, i32(n), ONE];
      const [kept, count] = await call<[Int32Array, Int32Array]>("nms", args);
      return kept.slice(0, count[0]);
    },

    async softNms(request) {
      const { inputs, n, scoreThreshold } = checkNms(request);
      const { method, iouThreshold = 0.3, sigma = 0.5 } = request;
      checkInteger('method (0 for "linear", 1 for "gaussian")', ["linear", "gaussian"].indexOf(method), 0, 1);
      checkNumber("iouThreshold", iouThreshold, 0, 1);
      checkNumber("sigma", sigma, 1e-30, LARGEST);
      const options = [Number(method === "gaussian"), iouThreshold, sigma, scoreThreshold];
      const args = [...inputs, n, ...options, i32(n), f32("scores", n), ONE];
      const [kept, scores, count] = await call<[Int32Array, Float32Array, Int32Array]>("softNms", args);
      return { kept: kept.slice(0, count[0]), scores: scores.slice(0, count[0]) };
    },

    async assignLevels({ boxes, lowest, highest, canonicalSize = 224, canonicalLevel = 4 }) {
      const n = checkBoxes("boxes", boxes);
      checkInteger("lowest", lowest, 0, 64);
      checkInteger("highest", highest, lowest, 64);
      checkInteger("canonicalLevel", canonicalLevel, 0, 64);
      checkNumber("canonicalSize", canonicalSize, 1e-30, LARGEST);
      const args = [boxes, n, lowest, highest, canonicalSize, canonicalLevel, i32(n)];
      return (await call<[Int32Array]>("assignLevels", args))[0];
    },

    async roiAlign(request) {
      const { maps, channels, boxes, levels, outHeight, outWidth, samplingRatio, aligned } = request;
      const n = checkBoxes("boxes", boxes);
      checkInteger("channels", channels, 1, MAX_SIDE);
      checkInteger("outHeight", outHeight, 1, MAX_SIDE);
      checkInteger("outWidth", outWidth, 1, MAX_SIDE);
      checkInteger("samplingRatio", samplingRatio, 0, 1024);
      checkFlag("aligned", aligned);
      const pooled = f32("results", n, outHeight, outWidth, channels);
      const { features, sides, scales } = packMaps(maps, channels);
      if (levels === undefined) checkInteger("number of maps without levels", maps.length, 1, 1);
      else checkIndices("levels", levels, n, maps.length - 1);
      const map = [features, sides, scales, maps.length, channels];
      const options = [outHeight, outWidth, samplingRatio, Number(aligned)];
      return (
        await call<[Float32Array]>("roiAlign", [...map, boxes, levels ?? null, n, ...options, pooled])
      )[0];
    },
  };
}

function checkNms({ boxes, scores, classes, scoreThreshold = -Infinity }: NmsRequest) {
  const n = checkBoxes("boxes", boxes);
  checkType("scores", scores, Float32Array);
  checkInteger("number of scores", scores.length, n, n);
  checkThreshold(scoreThreshold);
  if (classes !== undefined) checkIndices("classes", classes, n, MAX_INT32);
  const inputs: BoxArgument[] = [boxes, scores, classes ?? null];
  return { inputs, n, scoreThreshold };
}

const checkThreshold = (value: number): void => {
  if (value !== -Infinity) checkNumber("scoreThreshold", value, -LARGEST, LARGEST);
};

function checkIndices(what: string, indices: Int32Array, length: number, most: number): void {
  checkType(what, indices, Int32Array);
  checkInteger(`number of ${what}`, indices.length, length, length);
  for (const index of indices) checkInteger(`values of ${what}`, index, 0, most);
}

function positives(what: string, values: readonly number[]): Float64Array {
  checkInteger(`number of ${what}`, values.length, 1, MAX_SIDE);
  for (const value of values) checkNumber(what, value, 1e-6, 1e9);
  return Float64Array.from(values);
}

function fourWeights(weights: BoxWeights): Float32Array {
  checkInteger("number of weights", weights.length, 4, 4);
  for (const weight of weights) checkNumber("size of weights", Math.abs(weight), 1e-30, LARGEST);
  return Float32Array.from(weights);
}

/** All maps in one array, as spx_boxes_roi_align takes them. */
function packMaps(maps: readonly FeatureLevel[], channels: number) {
  checkInteger("number of maps", maps.length, 1, 16);
  for (const { data, height, width, scale } of maps) {
    checkType("map", data, Float32Array);
    checkInteger("height of a map", height, 1, MAX_SIDE);
    checkInteger("width of a map", width, 1, MAX_SIDE);
    checkNumber("scale of a map", scale, 1e-30, 1e30);
    const elements = checkLength("map", [height, width, channels]);
    checkInteger("length of a map", data.length, elements, elements);
  }
  const features = new Float32Array(
    checkLength("maps", [maps.reduce((sum, { data }) => sum + data.length, 0)]),
  );
  let offset = 0;
  for (const { data } of maps) {
    features.set(data, offset);
    offset += data.length;
  }
  return {
    features,
    sides: Int32Array.from(maps.flatMap(({ height, width }) => [height, width])),
    scales: Float32Array.from(maps, ({ scale }) => scale),
  };
}
