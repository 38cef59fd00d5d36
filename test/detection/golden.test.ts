/** golden/boxops.json (torchvision 0.14.1, detectron2) on every build. */
import { readFileSync } from "node:fs";
import type { DetectionCore } from "../../src/detection/index.ts";
import { assert, shared, suite } from "../shim.ts";
import { backendCases, withBackend } from "../support/backend-matrix.ts";

const test = suite("detection: golden");
const golden = () => JSON.parse(readFileSync(shared("golden/boxops.json"), "utf8"));
const flat = (rows: readonly (readonly number[])[]): Float32Array => Float32Array.from(rows.flat());

function close(found: Float32Array, expected: readonly number[], relative: number, absolute: number): void {
  assert.is(found.length, expected.length);
  for (const [i, value] of expected.entries()) {
    const error = Math.abs(found[i] - value);
    if (!(error <= absolute + relative * Math.abs(value)))
      assert.unreachable(`${i}: expected ${value}, found ${found[i]}`);
  }
}

const CHECKS: Readonly<Record<string, (ops: DetectionCore) => Promise<void>>> = {
  async nms(ops) {
    for (const { boxes, scores, classes, iou_threshold: iouThreshold, ...keep } of golden().nms) {
      const request = { boxes: flat(boxes), scores: Float32Array.from(scores), iouThreshold };
      assert.equal([...(await ops.nms(request))], keep.nms_keep);
      const own = { ...request, classes: Int32Array.from(classes) };
      assert.equal([...(await ops.nms(own))], keep.batched_nms_keep);
    }
  },
  async iou(ops) {
    const { a, b, iou } = golden().iou;
    close(await ops.iou(flat(a), flat(b)), iou.flat(), 0, 1e-6);
  },
  async decode(ops) {
    for (const { boxes, deltas, weights, scale_clamp: scaleClamp, out } of golden().decode)
      close(
        await ops.decodeBoxes({ boxes: flat(boxes), deltas: flat(deltas), weights, scaleClamp }),
        out.flat(),
        1e-5,
        1e-6,
      );
  },
  async anchors(ops) {
    for (const { sizes, aspect_ratios, strides, feature_hw, offset, anchors } of golden().anchors)
      for (const [i, [height, width]] of feature_hw.entries()) {
        const ratios = aspect_ratios[i] ?? aspect_ratios[0];
        const found = await ops.anchors({
          height,
          width,
          stride: strides[i],
          sizes: sizes[i],
          ratios,
          offset,
        });
        close(found, anchors[i].flat(), 1e-5, 1e-6);
      }
  },
  async roiAlign(ops) {
    for (const item of golden().roi_align) {
      const [, channels, height, width] = item.feature_shape;
      const data = Float32Array.from(
        { length: item.feature.length },
        (_, i) => item.feature[(i % channels) * height * width + Math.floor(i / channels)],
      );
      const side = item.output_size;
      const found = await ops.roiAlign({
        maps: [{ data, height, width, scale: item.spatial_scale }],
        channels,
        boxes: flat(item.boxes),
        outHeight: side,
        outWidth: side,
        samplingRatio: item.sampling_ratio,
        aligned: item.aligned,
      });
      const bins = side * side;
      const ordered = found.map((_, i) => {
        const [region, inner] = [Math.floor(i / (bins * channels)), i % (bins * channels)];
        return found[(region * bins + (inner % bins)) * channels + Math.floor(inner / bins)];
      });
      close(ordered, item.out, 1e-5, 2e-6);
    }
  },
  async levels(ops) {
    const { boxes, levels, ...pyramid } = golden().roi_levels;
    const found = await ops.assignLevels({
      boxes: flat(boxes),
      lowest: pyramid.min_level,
      highest: pyramid.max_level,
      canonicalSize: pyramid.canonical_box_size,
      canonicalLevel: pyramid.canonical_level,
    });
    assert.equal([...found], levels);
  },
};

for (const entry of await backendCases())
  for (const [name, check] of Object.entries(CHECKS))
    test(`${name} on ${entry.label}`, () => withBackend(entry, ({ detection }) => check(detection)));

test.run();
