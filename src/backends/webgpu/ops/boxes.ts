/** Steps of regions: anchors, decodeBoxes, clipBoxes, roiAlign and multiLevelRoiAlign. */
import { type Dispatch, memoryFor, need, type Operand, perElement, type StepCompiler } from "../dispatch.ts";

const NO_BOXES = {
  boxes: 0,
  other: 0,
  groups: 1,
  width: 1,
  stride: 0,
  offset: 0,
  weight_x: 1,
  weight_y: 1,
  weight_w: 1,
  weight_h: 1,
  scale_clamp: 0,
};

const boxes = (kind: number, count: number, y: Operand, params: Partial<typeof NO_BOXES>): Dispatch[] => [
  {
    kernel: "boxes",
    memory: "words",
    constants: { KIND: kind },
    params: { count, y: y.at, ...NO_BOXES, ...params },
    workgroups: perElement(count),
  },
];

export const anchors: StepCompiler<"anchors"> = (step, context) => {
  const [shapes, y] = [need(context, step, 0), need(context, step, 1)];
  const { width, stride, offset } = step.fields;
  return boxes(0, y.length / 4, y, { boxes: shapes.at, groups: shapes.length / 2, width, stride, offset });
};

export const decodeBoxes: StepCompiler<"decodeBoxes"> = (step, context) => {
  const [from, deltas, y] = [0, 1, 2].map((place) => need(context, step, place));
  const { n, groups, weightX, weightY, weightW, weightH, scaleClamp } = step.fields;
  return boxes(1, n * groups, y, {
    boxes: from.at,
    other: deltas.at,
    groups,
    weight_x: weightX,
    weight_y: weightY,
    weight_w: weightW,
    weight_h: weightH,
    scale_clamp: scaleClamp,
  });
};

export const clipBoxes: StepCompiler<"clipBoxes"> = (step, context) => {
  const [from, size, y] = [0, 1, 2].map((place) => need(context, step, place));
  return boxes(2, step.fields.n, y, { boxes: from.at, other: size.at });
};

/** First element, height, width, pixel stride. */
const mapOf = ({ at, dims, pixelStride }: Operand): number[] => [at, dims[2]!, dims[3]!, pixelStride];

export const roiAlign: StepCompiler<"roiAlign"> = (step, context) => {
  const [x, rois, batch, y] = [0, 1, 2, 3].map((place) => need(context, step, place));
  const { mode, samplingRatio, aligned, spatialScale } = step.fields;
  return [
    {
      kernel: "roi_align",
      memory: memoryFor(y),
      constants: { X_TYPE: x.type, Y_TYPE: y.type, MAXIMUM: mode === 1, LEVELS: 0 },
      params: {
        ...shapeOf(y),
        rois: rois.at,
        batch: batch.at,
        scales: 0,
        images: x.dims[0]!,
        sampling_ratio: samplingRatio,
        aligned,
        spatial_scale: spatialScale,
        lowest: 0,
        canonical_size: 1,
        canonical_level: 0,
        error: context.error,
        step: context.mark,
        maps: mapOf(x),
      },
      workgroups: perElement(y.length),
    },
  ];
};

export const multiLevelRoiAlign: StepCompiler<"multiLevelRoiAlign"> = (step, context) => {
  const [rois, scales] = [need(context, step, 0), need(context, step, 1)];
  const maps: Operand[] = [];
  for (const tensor of step.inputs.slice(2)) {
    const map = context.operand(tensor);
    if (map === null) break;
    maps.push(map);
  }
  const y = context.operand(step.outputs[0]!)!;
  const { samplingRatio, aligned, lowestLevel, canonicalSize, canonicalLevel } = step.fields;
  return [
    {
      kernel: "roi_align",
      memory: memoryFor(y),
      constants: { X_TYPE: maps[0]!.type, Y_TYPE: y.type, MAXIMUM: false, LEVELS: maps.length },
      params: {
        ...shapeOf(y),
        rois: rois.at,
        batch: 0,
        scales: scales.at,
        images: 1,
        sampling_ratio: samplingRatio,
        aligned,
        spatial_scale: 1,
        lowest: lowestLevel,
        canonical_size: canonicalSize,
        canonical_level: canonicalLevel,
        error: context.error,
        step: context.mark,
        maps: maps.flatMap(mapOf),
      },
      workgroups: perElement(y.length),
    },
  ];
};

const shapeOf = (y: Operand) => ({
  count: y.length,
  channels: y.dims[1]!,
  out_height: y.dims[2]!,
  out_width: y.dims[3]!,
  y: y.at,
  y_stride: y.pixelStride,
});
