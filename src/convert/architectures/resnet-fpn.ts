/**
 * ResNet (He et al. 2016) with a feature pyramid (Lin et al. 2017), as detectron2 writes them. Depth, widths and groups
 * come from the tensors; what tensors cannot say (where the stride sits, which stages feed the pyramid) from the
 * configuration.
 */
import { invalidCheckpoint } from "../checkpoint/errors.ts";
import type { DetectorConfig } from "../config/detector-config.ts";
import type { Features, LayerBuilder } from "./layers.ts";

export interface PyramidLevel extends Features {
  /** Picture pixels per map pixel: 2 to the power of the level's number. */
  readonly stride: number;
}

export interface Pyramid {
  /** By number: 3 is "p3". */
  readonly levels: ReadonlyMap<number, PyramidLevel>;
  /** Channels of every level. */
  readonly width: number;
  /** Pictures must be padded to multiples of this. */
  readonly padMultiple: number;
  /** For the manifest's notes. */
  readonly description: string;
}

const BOTTOM_UP = "backbone.bottom_up";
/** All of them are this affine map in inference. */
const BATCH_NORMS = ["FrozenBN", "BN", "SyncBN", "nnSyncBN", "naiveSyncBN", "naiveSyncBN_N"];
const TOP_BLOCKS = {
  build_resnet_fpn_backbone: subsample,
  build_retinanet_resnet_fpn_backbone: convolveTop,
} as const;

/**
 * Adds backbone and pyramid.
 * @param image name of the input [1, 3, H, W], H and W multiples of padMultiple
 */
export function addResNetFpn(b: LayerBuilder, image: string, config: DetectorConfig): Pyramid {
  config.choice("MODEL.RESNETS.NORM", BATCH_NORMS);
  config.choice("MODEL.FPN.NORM", [""]);
  config.choice("MODEL.FPN.FUSE_TYPE", ["sum"]);
  const top = config.choice("MODEL.BACKBONE.NAME", Object.keys(TOP_BLOCKS) as (keyof typeof TOP_BLOCKS)[]);
  const { stages, blocks } = addResNet(b, image, config);
  const numbers = config.stages("MODEL.FPN.IN_FEATURES", "res");
  const levels = new Map<number, PyramidLevel>();
  const add = (level: number, { value, width }: Features): void => {
    levels.set(level, { value, width, stride: 2 ** level });
  };

  let merged: Features | null = null;
  for (const level of numbers.toReversed()) {
    const stage = stages.get(level);
    if (stage === undefined) {
      return invalidCheckpoint(
        `The pyramid needs stage res${level}, but the checkpoint has ${list(stages)}.`,
      );
    }
    merged = addUpsampled(b, level, lateral(b, level, stage), merged);
    add(level, b.conv(`backbone.fpn_output${level}`, merged, { kernel: 3, bias: true }));
  }
  const last = numbers.at(-1)!;
  const width = levels.get(last)!.width;
  config.agree("MODEL.FPN.OUT_CHANNELS", width);
  TOP_BLOCKS[top](b, stages.get(last)!, levels.get(last)!).forEach((x, i) => {
    add(last + 1 + i, x);
  });
  const ascending = new Map([...levels].sort(([a], [c]) => a - c));
  const description = `A ResNet of ${blocks.join("-")} blocks and a pyramid ${list(ascending, "p")} of ${width} channels.`;
  return { levels: ascending, width, padMultiple: 2 ** last, description };
}

/** The levels that a head reads. */
export function pickLevels(pyramid: Pyramid, numbers: readonly number[]): PyramidLevel[] {
  return numbers.map((number) => {
    const level = pyramid.levels.get(number);
    if (level !== undefined) return level;
    return invalidCheckpoint(
      `The head reads p${number}, but the pyramid has ${list(pyramid.levels, "p")}; check the configuration.`,
    );
  });
}

function addResNet(b: LayerBuilder, image: string, config: DetectorConfig) {
  config.choice("MODEL.RESNETS.RES5_DILATION", [1]);
  for (const stage of [2, 3, 4, 5]) refuseDeformable(config, stage);
  const stem = `${BOTTOM_UP}.stem.conv1`;
  let x = b.conv(stem, { value: image, width: 3 }, { kernel: 7, stride: 2 });
  config.agree("MODEL.RESNETS.STEM_OUT_CHANNELS", x.width);
  x = b.maxPool(`${BOTTOM_UP}.stem.pool`, b.relu(b.batchNorm(`${stem}.norm`, x)), 3, 2, 1);
  const stages = new Map<number, Features>();
  const blocks: number[] = [];
  for (let stage = 2; ; stage++) {
    const count = b.count((block) => `${BOTTOM_UP}.res${stage}.${block}.conv1.weight`);
    if (count === 0) break;
    for (let block = 0; block < count; block++) {
      x = addBlock(b, `${BOTTOM_UP}.res${stage}.${block}`, x, block === 0 && stage > 2 ? 2 : 1, config);
    }
    if (stage === 2) config.agree("MODEL.RESNETS.RES2_OUT_CHANNELS", x.width);
    stages.set(stage, x);
    blocks.push(count);
  }
  if (stages.size === 0) {
    invalidCheckpoint(
      `The checkpoint has no ResNet as detectron2 names it: "${BOTTOM_UP}.res2.0.conv1.weight" is missing.`,
    );
  }
  checkDepth(b, blocks, config);
  return { stages, blocks };
}

/** A residual block: two 3x3 convolutions, or 1x1, 3x3, 1x1 where there is a third. */
function addBlock(
  b: LayerBuilder,
  name: string,
  x: Features,
  stride: number,
  config: DetectorConfig,
): Features {
  const conv = (part: string, from: Features, options: Parameters<LayerBuilder["conv"]>[2]) =>
    b.batchNorm(`${name}.${part}.norm`, b.conv(`${name}.${part}`, from, options));
  let y: Features;
  if (b.has(`${name}.conv3.weight`)) {
    const first = config.flag("MODEL.RESNETS.STRIDE_IN_1X1");
    y = b.relu(conv("conv1", x, { kernel: 1, stride: first ? stride : 1 }));
    y = b.relu(conv("conv2", y, { kernel: 3, stride: first ? 1 : stride, grouped: true }));
    config.agree("MODEL.RESNETS.NUM_GROUPS", y.width / b.dim(`${name}.conv2.weight`, 1));
    y = conv("conv3", y, { kernel: 1 });
  } else {
    y = b.relu(conv("conv1", x, { kernel: 3, stride }));
    y = conv("conv2", y, { kernel: 3 });
  }
  const direct = x.width === y.width && stride === 1;
  const shortcut = direct ? x : conv("shortcut", x, { kernel: 1, stride, width: y.width });
  return b.relu({ value: b.node("Add", `${name}.sum`, [y.value, shortcut.value]), width: y.width });
}

const DEPTHS: Readonly<Record<number, string>> = {
  18: "2-2-2-2",
  34: "3-4-6-3",
  50: "3-4-6-3",
  101: "3-4-23-3",
  152: "3-8-36-3",
};

/** Stages may be left out at the end, as detectron2 does where no one reads them. */
function checkDepth(b: LayerBuilder, blocks: readonly number[], config: DetectorConfig): void {
  const bottleneck = b.has(`${BOTTOM_UP}.res2.0.conv3.weight`);
  const found = Object.keys(DEPTHS)
    .map(Number)
    .filter((depth) => depth >= 50 === bottleneck && `${DEPTHS[depth]}-`.startsWith(`${blocks.join("-")}-`));
  config.agreeOneOf("MODEL.RESNETS.DEPTH", found, `${blocks.join("-")} blocks`);
}

function refuseDeformable(config: DetectorConfig, stage: number): void {
  config.choice(`MODEL.RESNETS.DEFORM_ON_PER_STAGE.${stage - 2}`, [false]);
}

const lateral = (b: LayerBuilder, level: number, stage: Features): Features =>
  b.conv(`backbone.fpn_lateral${level}`, stage, { kernel: 1, bias: true });

/** x + the coarser map with every pixel doubled in both directions. */
function addUpsampled(b: LayerBuilder, level: number, x: Features, coarser: Features | null): Features {
  if (coarser === null) return x;
  const scales = b.floats(`backbone.fpn_scales${level}`, [1, 1, 2, 2]);
  const doubled = b.node("Resize", `backbone.fpn_upsampled${level}`, [coarser.value, "", scales], {
    mode: { string: "nearest" },
    coordinate_transformation_mode: { string: "asymmetric" },
    nearest_mode: { string: "floor" },
  });
  return { value: b.node("Add", `backbone.fpn_merged${level}`, [x.value, doubled]), width: x.width };
}

/** LastLevelMaxPool: every second pixel of the last level. */
function subsample(b: LayerBuilder, _stage: Features, last: Features): Features[] {
  return [b.maxPool("backbone.top_block", last, 1, 2, 0)];
}

/** LastLevelP6P7: convolutions with stride 2, of the last stage and of what comes out of that. */
function convolveTop(b: LayerBuilder, stage: Features): Features[] {
  const options = { kernel: 3, stride: 2, bias: true };
  const p6 = b.conv("backbone.top_block.p6", stage, options);
  return [p6, b.conv("backbone.top_block.p7", b.relu(p6), options)];
}

const list = (map: ReadonlyMap<number, unknown>, prefix = "res"): string =>
  [...map.keys()].map((number) => `${prefix}${number}`).join(", ") || "none";
