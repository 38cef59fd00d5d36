/**
 * RetinaNet on ResNet-FPN in float64 straight from a state dict, written for reading: what the converted ONNX must
 * compute. Structure from the names of the tensors, groups from their dims.
 */
import type { TestState } from "./torch-writer.ts";

export interface Maps {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float64Array;
}

export interface PyramidMaps {
  /** By level number. */
  readonly levels: ReadonlyMap<number, Maps>;
  readonly stages: ReadonlyMap<number, Maps>;
}

/** @param strideFirst whether a block's stride sits in its first 1x1 convolution */
export function referencePyramid(state: TestState, image: Maps, strideFirst: boolean): PyramidMaps {
  const bottom = "backbone.bottom_up";
  const conv = (name: string, x: Maps, stride = 1): Maps =>
    normalize(state, `${name}.norm`, convolve(state, name, x, stride));
  let x = maxPool(relu(conv(`${bottom}.stem.conv1`, image, 2)));
  const stages = new Map<number, Maps>();
  for (let stage = 2; state.has(`${bottom}.res${stage}.0.conv1.weight`); stage++) {
    for (let block = 0; state.has(`${bottom}.res${stage}.${block}.conv1.weight`); block++) {
      const name = `${bottom}.res${stage}.${block}`;
      const stride = stage > 2 && block === 0 ? 2 : 1;
      let y: Maps;
      if (state.has(`${name}.conv3.weight`)) {
        y = relu(conv(`${name}.conv1`, x, strideFirst ? stride : 1));
        y = relu(conv(`${name}.conv2`, y, strideFirst ? 1 : stride));
        y = conv(`${name}.conv3`, y);
      } else {
        y = conv(`${name}.conv2`, relu(conv(`${name}.conv1`, x, stride)));
      }
      const shortcut = state.has(`${name}.shortcut.weight`) ? conv(`${name}.shortcut`, x, stride) : x;
      x = relu(sum(y, shortcut));
    }
    stages.set(stage, x);
  }
  const levels = new Map<number, Maps>();
  const numbers = [...stages.keys()].filter((n) => state.has(`backbone.fpn_lateral${n}.weight`));
  let merged: Maps | null = null;
  for (const n of numbers.toReversed()) {
    const lateral = convolve(state, `backbone.fpn_lateral${n}`, stages.get(n)!, 1);
    merged = merged === null ? lateral : sum(lateral, double(merged));
    levels.set(n, convolve(state, `backbone.fpn_output${n}`, merged, 1));
  }
  return { levels, stages };
}

/** Class logits and deltas per level, finest first. */
export function referenceRetinaNet(state: TestState, image: Maps, strideFirst: boolean): [Maps, Maps][] {
  const { levels, stages } = referencePyramid(state, image, strideFirst);
  const last = Math.max(...stages.keys());
  const p6 = convolve(state, "backbone.top_block.p6", stages.get(last)!, 2);
  const p7 = convolve(state, "backbone.top_block.p7", relu(p6), 2);
  const ordered = [...levels].sort(([a], [b]) => a - b).map(([, maps]) => maps);
  const tower = (subnet: string, end: string, maps: Maps): Maps => {
    let x = maps;
    for (let i = 0; state.has(`head.${subnet}.${i}.weight`); i += 2) {
      x = relu(convolve(state, `head.${subnet}.${i}`, x, 1));
    }
    return convolve(state, `head.${end}`, x, 1);
  };
  return [...ordered, p6, p7].map((maps) => [
    tower("cls_subnet", "cls_score", maps),
    tower("bbox_subnet", "bbox_pred", maps),
  ]);
}

function convolve(state: TestState, name: string, x: Maps, stride: number): Maps {
  const { dims, data: weight } = state.get(`${name}.weight`)!;
  const [channels, inputs, kernel] = dims as [number, number, number];
  const bias = state.get(`${name}.bias`)?.data;
  const perGroup = channels / (x.channels / inputs);
  const pad = (kernel - 1) / 2;
  const height = Math.floor((x.height + 2 * pad - kernel) / stride) + 1;
  const width = Math.floor((x.width + 2 * pad - kernel) / stride) + 1;
  const data = new Float64Array(channels * height * width);
  for (let o = 0, at = 0; o < channels; o++) {
    const first = Math.floor(o / perGroup) * inputs;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++, at++) {
        let total = bias?.[o] ?? 0;
        for (let c = 0; c < inputs; c++) {
          for (let i = 0; i < kernel; i++) {
            const y = row * stride - pad + i;
            if (y < 0 || y >= x.height) continue;
            for (let j = 0; j < kernel; j++) {
              const z = column * stride - pad + j;
              if (z < 0 || z >= x.width) continue;
              total +=
                weight[((o * inputs + c) * kernel + i) * kernel + j]! *
                x.data[((first + c) * x.height + y) * x.width + z]!;
            }
          }
        }
        data[at] = total;
      }
    }
  }
  return { channels, height, width, data };
}

function normalize(state: TestState, name: string, x: Maps): Maps {
  const part = (suffix: string) => state.get(`${name}.${suffix}`)!.data;
  const [weight, bias, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(part);
  const area = x.height * x.width;
  const data = x.data.map((value, index) => {
    const c = Math.floor(index / area);
    return ((value - mean![c]!) / Math.sqrt(variance![c]! + 1e-5)) * weight![c]! + bias![c]!;
  });
  return { ...x, data };
}

const relu = (x: Maps): Maps => ({ ...x, data: x.data.map((value) => Math.max(0, value)) });
const sum = (a: Maps, b: Maps): Maps => ({ ...a, data: a.data.map((value, i) => value + b.data[i]!) });

/** Every pixel four times. */
function double(x: Maps): Maps {
  const [height, width] = [2 * x.height, 2 * x.width];
  const data = new Float64Array(x.channels * height * width);
  for (let c = 0, at = 0; c < x.channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let z = 0; z < width; z++, at++) {
        data[at] = x.data[(c * x.height + (y >> 1)) * x.width + (z >> 1)]!;
      }
    }
  }
  return { channels: x.channels, height, width, data };
}

/** 3x3, stride 2, padded by 1. */
function maxPool(x: Maps): Maps {
  const height = Math.floor((x.height - 1) / 2) + 1;
  const width = Math.floor((x.width - 1) / 2) + 1;
  const data = new Float64Array(x.channels * height * width).fill(-Infinity);
  for (let c = 0, at = 0; c < x.channels; c++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++, at++) {
        for (let y = Math.max(0, 2 * row - 1); y < Math.min(x.height, 2 * row + 2); y++) {
          for (let z = Math.max(0, 2 * column - 1); z < Math.min(x.width, 2 * column + 2); z++) {
            data[at] = Math.max(data[at]!, x.data[(c * x.height + y) * x.width + z]!);
          }
        }
      }
    }
  }
  return { channels: x.channels, height, width, data };
}
