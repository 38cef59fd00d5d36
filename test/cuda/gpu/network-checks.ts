/** Whole networks with random weights on a GPU, against the processor in single precision. */
import { relativeL2 } from "../../reference/compare.ts";
import { random } from "../../shim.ts";
import { partnered } from "../../support/detections.ts";
import { type DenseNetSize, randomDenseNet, TINY } from "../../support/random-densenet.ts";
import {
  FULL_SPARSE_RCNN,
  type RetinaNetSize,
  randomDetector,
  TINY_RETINANET,
  TINY_SPARSE_RCNN,
} from "../../support/random-detector.ts";
import type { TestState } from "../../support/torch-writer.ts";
import { detectionsOf, modelOf, type Outputs, outputsOf, pictureFeeds } from "./networks.ts";
import { type Check, expect } from "./report.ts";
import { DETERMINISTIC, FP16, FP32, type Variant, withCpu, withCuda } from "./variants.ts";

const DENSENET: DenseNetSize = { ...TINY, blocks: [6, 12, 24, 16], init: 64, growth: 32, bottleneck: 128 };
const RETINANET: RetinaNetSize = {
  kind: "retinanet",
  backbone: { ...FULL_SPARSE_RCNN.backbone, stages: [3, 4, 5] },
  classes: 7,
  anchors: 9,
  convs: 4,
};

interface Subject {
  readonly title: string;
  readonly architecture: string;
  readonly state: () => TestState;
  readonly dims: readonly (readonly number[])[];
  /** What is compared: numbers, or detections by their partners. */
  readonly decoded: boolean;
}

function subjects(quick: boolean): Subject[] {
  const next = () => random(31);
  if (quick) {
    return [
      {
        title: "tiny DenseNet",
        architecture: "densenet",
        state: () => randomDenseNet(TINY, next()),
        dims: [1, 3].map((batch) => [batch, 3, 33, 47]),
        decoded: false,
      },
      {
        title: "tiny RetinaNet to maps",
        architecture: "retinanet",
        state: () => randomDetector(TINY_RETINANET, next()),
        dims: [[1, 3, 64, 64]],
        decoded: false,
      },
      {
        title: "tiny Sparse R-CNN",
        architecture: "sparse-rcnn",
        state: () => randomDetector(TINY_SPARSE_RCNN, next()),
        dims: [[1, 3, 64, 64]],
        decoded: true,
      },
    ];
  }
  const retinanet = { architecture: "retinanet", state: () => randomDetector(RETINANET, next()) };
  return [
    {
      title: "DenseNet-121",
      architecture: "densenet",
      state: () => randomDenseNet(DENSENET, next()),
      dims: [1, 3, 64].map((batch) => [batch, 3, 224, 224]),
      decoded: false,
    },
    { title: "RetinaNet R50-FPN to maps", ...retinanet, dims: [[1, 3, 256, 384]], decoded: false },
    { title: "RetinaNet R50-FPN", ...retinanet, dims: [[1, 3, 800, 1088]], decoded: true },
    {
      title: "Sparse R-CNN R50-FPN",
      architecture: "sparse-rcnn",
      state: () => randomDetector(FULL_SPARSE_RCNN, next()),
      dims: [
        [1, 3, 256, 384],
        [1, 3, 800, 1088],
      ],
      decoded: true,
    },
  ];
}

/** Of findings, at least so many have a partner: in half precision close calls fall the other way. */
const PARTNERS = { fp32: 0.99, fp16: 0.8 } as const;

export async function checkNetworks(check: Check, quick: boolean): Promise<void> {
  for (const { title, architecture, state, dims, decoded } of subjects(quick)) {
    const model = await modelOf(state(), architecture, decoded);
    for (const each of dims) {
      const feeds = pictureFeeds(each, random(each[0]!), architecture === "sparse-rcnn");
      const [expected] = await withCpu((instance) => outputsOf(instance, model, feeds));
      for (const variant of [FP32, FP16]) {
        await check(`${title}, ${each.join(" x ")}, ${variant.label}`, async () => {
          const [found] = await withCuda(variant, (instance) => outputsOf(instance, model, feeds));
          return decoded
            ? compareDetections(found!, expected!, variant)
            : compare(found!, expected!, variant);
        });
      }
    }
  }
}

function compare(found: Outputs, expected: Outputs, { tolerance }: Variant): string {
  const errors = Object.entries(expected).map(([name, { data }]) => {
    const error = relativeL2(found[name]!.data as Float32Array, data as Float32Array);
    expect(
      error <= tolerance,
      `output "${name}": relative L2 ${error.toExponential(2)}, allowed ${tolerance}`,
    );
    return error;
  });
  return `relative L2 ${Math.max(...errors).toExponential(1)}`;
}

function compareDetections(found: Outputs, expected: Outputs, { label, tolerance }: Variant): string {
  const least = PARTNERS[label as keyof typeof PARTNERS];
  const [some, others] = [detectionsOf(found), detectionsOf(expected)];
  const near = Math.max(1e-3, tolerance);
  const share = Math.min(partnered(some, others, near), partnered(others, some, near));
  const words = `${(100 * share).toFixed(0)} % of ${others.scores.length} detections agree`;
  expect(others.scores.length > 0, "the processor finds nothing: this shows nothing");
  expect(share >= least, `${words}, expected ${100 * least} %`);
  return words;
}

/** The same bits from run to run and from load to load. */
export async function checkDeterminism(check: Check, quick: boolean): Promise<void> {
  const size = quick ? TINY : DENSENET;
  const model = await modelOf(randomDenseNet(size, random(5)), "densenet");
  const dims = quick ? [3, 3, 33, 47] : [3, 3, 224, 224];
  const feeds = pictureFeeds(dims, random(6));
  for (const precision of ["fp32", "fp16"] as const) {
    const variant = { options: { ...DETERMINISTIC.options, precision } };
    const runs = quick ? 2 : 20;
    await check(`${precision}: ${runs} runs of one session`, () =>
      withCuda(variant, async (instance) => sameBits(await outputsOf(instance, model, feeds, runs))),
    );
    await check(`${precision}: sessions and engines of their own`, async () => {
      const load = () => withCuda(variant, (instance) => outputsOf(instance, model, feeds, 2, true));
      return sameBits([...(await load()), ...(await load())]);
    });
  }
}

export function sameBits(runs: readonly Outputs[]): undefined {
  const bits = (outputs: Outputs, name: string): string => {
    const { buffer, byteOffset, byteLength } = outputs[name]!.data;
    return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
  };
  const [first, ...others] = runs;
  for (const name of Object.keys(first!))
    for (const [i, other] of others.entries())
      expect(bits(other, name) === bits(first!, name), `output "${name}" of run ${i + 2} has other bits`);
  return undefined;
}
