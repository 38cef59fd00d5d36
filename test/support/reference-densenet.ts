/** DenseNet in float64 straight from a state dict, written for reading: what the converted ONNX must compute. */
import type { DenseNetSize } from "./random-densenet.ts";
import type { TestState } from "./torch-writer.ts";

interface Maps {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float64Array;
}

/** x: [3, height, width]. Logits, one per output. */
export function referenceDenseNet(
  state: TestState,
  size: DenseNetSize,
  image: Float32Array,
  height: number,
  width: number,
): number[] {
  const reference = size.style === "reference";
  const root = reference ? "backbone" : "features";
  const block = reference ? "block" : "denseblock";
  const [stemConv, stemNorm] = reference ? ["stem.0", "stem.1"] : ["conv0", "norm0"];
  const conv = (x: Maps, name: string, stride = 1) => convolve(state, `${root}.${name}`, x, stride);
  const norm = (x: Maps, name: string) => normalize(state, `${root}.${name}`, x);

  let x: Maps = { channels: 3, height, width, data: Float64Array.from(image) };
  x = pool(relu(norm(conv(x, stemConv!, 2), stemNorm!)), 3, 1, "max");
  size.blocks.forEach((layers, index) => {
    for (let layer = 1; layer <= layers; layer++) {
      const name = `${block}${index + 1}.denselayer${layer}`;
      const narrow = conv(relu(norm(x, `${name}.norm1`)), `${name}.conv1`);
      const fresh = conv(relu(norm(narrow, `${name}.norm2`)), `${name}.conv2`);
      const data = Float64Array.from([...x.data, ...fresh.data]);
      x = { ...x, channels: x.channels + fresh.channels, data };
    }
    if (index + 1 === size.blocks.length) return;
    const name = `transition${index + 1}`;
    x = pool(conv(relu(norm(x, `${name}.norm`)), `${name}.conv`), 2, 0, "average");
  });
  x = norm(x, "norm5");
  if (!reference) x = relu(x);
  const area = x.height * x.width;
  const features = Array.from({ length: x.channels }, (_, c) => {
    return x.data.subarray(c * area, (c + 1) * area).reduce((a, b) => a + b, 0) / area;
  });
  const linear = reference ? "head.heads.0" : "classifier";
  const weight = state.get(`${linear}.weight`)!.data;
  return [...state.get(`${linear}.bias`)!.data].map((bias, output) =>
    features.reduce((sum, value, c) => sum + value * weight[output * x.channels + c]!, bias),
  );
}

function convolve(state: TestState, name: string, x: Maps, stride: number): Maps {
  const { dims, data: weight } = state.get(`${name}.weight`)!;
  const [channels, inputs, kernel] = dims as [number, number, number];
  const pad = (kernel - 1) / 2;
  const height = Math.floor((x.height + 2 * pad - kernel) / stride) + 1;
  const width = Math.floor((x.width + 2 * pad - kernel) / stride) + 1;
  const data = new Float64Array(channels * height * width);
  for (let o = 0, at = 0; o < channels; o++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++, at++) {
        for (let c = 0; c < inputs; c++) {
          for (let i = 0; i < kernel; i++) {
            for (let j = 0; j < kernel; j++) {
              const y = row * stride - pad + i;
              const z = column * stride - pad + j;
              if (y < 0 || y >= x.height || z < 0 || z >= x.width) continue;
              data[at]! +=
                weight[((o * inputs + c) * kernel + i) * kernel + j]! *
                x.data[(c * x.height + y) * x.width + z]!;
            }
          }
        }
      }
    }
  }
  return { channels, height, width, data };
}

function normalize(state: TestState, name: string, x: Maps): Maps {
  const part = (suffix: string) => state.get(`${name}.${suffix}`)!.data;
  const [weight, bias, mean, variance] = [
    part("weight"),
    part("bias"),
    part("running_mean"),
    part("running_var"),
  ];
  const area = x.height * x.width;
  const data = x.data.map((value, index) => {
    const c = Math.floor(index / area);
    return ((value - mean[c]!) / Math.sqrt(variance[c]! + 1e-5)) * weight[c]! + bias[c]!;
  });
  return { ...x, data };
}

const relu = (x: Maps): Maps => ({ ...x, data: x.data.map((value) => Math.max(0, value)) });

/** Stride 2. */
function pool(x: Maps, kernel: number, pad: number, mode: "max" | "average"): Maps {
  const height = Math.floor((x.height + 2 * pad - kernel) / 2) + 1;
  const width = Math.floor((x.width + 2 * pad - kernel) / 2) + 1;
  const data = new Float64Array(x.channels * height * width);
  for (let c = 0, at = 0; c < x.channels; c++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++, at++) {
        const seen: number[] = [];
        for (let y = row * 2 - pad; y < row * 2 - pad + kernel; y++) {
          for (let z = column * 2 - pad; z < column * 2 - pad + kernel; z++) {
            if (y >= 0 && y < x.height && z >= 0 && z < x.width)
              seen.push(x.data[(c * x.height + y) * x.width + z]!);
          }
        }
        data[at] = mode === "max" ? Math.max(...seen) : seen.reduce((a, b) => a + b, 0) / seen.length;
      }
    }
  }
  return { channels: x.channels, height, width, data };
}
