/** The layers of convolutional networks, as PyTorch names and computes them, on a checkpoint's weights. */
import { OnnxBuilder } from "./onnx-builder.ts";

/** A value of the network: maps [N, width, H, W] or rows [N, width]. */
export interface Features {
  readonly value: string;
  readonly width: number;
}

export interface ConvOptions {
  /** Odd; padded so that stride 1 keeps the size. */
  readonly kernel: number;
  readonly stride?: number;
  readonly bias?: boolean;
  /** Number of output channels where it is fixed. Default: what the tensor says. */
  readonly width?: number;
  /** The number of groups is what the tensor's dims say; otherwise it is 1. */
  readonly grouped?: boolean;
  /** Name of the output, where one module serves several inputs. Default: the module's name. */
  readonly output?: string;
}

/** In the order of the inputs of ONNX BatchNormalization. */
const NORM_PARTS = ["weight", "bias", "running_mean", "running_var"] as const;
/** PyTorch's default of BatchNorm and LayerNorm, and detectron2's of FrozenBatchNorm2d. */
const EPSILON = 1e-5;

export class LayerBuilder extends OnnxBuilder {
  /** Convolution of maps. */
  conv(module: string, x: Features, options: ConvOptions): Features {
    const { kernel, stride = 1, bias = false, grouped = false, output = module } = options;
    const name = `${module}.weight`;
    const width = options.width ?? this.dim(name, 0);
    const group = grouped ? this.groups(name, x.width) : 1;
    const inputs = [x.value, this.weight(name, [width, x.width / group, kernel, kernel])];
    if (bias) inputs.push(this.weight(`${module}.bias`, [width]));
    const pad = (kernel - 1) / 2;
    const value = this.node("Conv", output, inputs, {
      kernel_shape: { ints: [kernel, kernel] },
      strides: { ints: [stride, stride] },
      pads: { ints: [pad, pad, pad, pad] },
      ...(group === 1 ? {} : { group: { int: group } }),
    });
    return { value, width };
  }

  /** BatchNorm with its running statistics, which is also what FrozenBatchNorm2d computes. */
  batchNorm(module: string, x: Features): Features {
    const parameters = NORM_PARTS.map((part) =>
      this.weight(`${module}.${part}`, [x.width], part === "running_var" ? 0 : -Infinity),
    );
    const value = this.node("BatchNormalization", module, [x.value, ...parameters], {
      epsilon: { float: EPSILON },
    });
    return { value, width: x.width };
  }

  relu({ value, width }: Features): Features {
    return { value: this.node("Relu", `${value}.relu`, [value]), width };
  }

  maxPool(name: string, x: Features, kernel: number, stride: number, pad: number): Features {
    const value = this.node("MaxPool", name, [x.value], {
      kernel_shape: { ints: [kernel, kernel] },
      strides: { ints: [stride, stride] },
      pads: { ints: [pad, pad, pad, pad] },
    });
    return { value, width: x.width };
  }

  /** x W^T + b of rows; the number of outputs is what the tensor says. */
  linear(module: string, x: Features, options: { bias?: boolean; output?: string } = {}): Features {
    const { bias = true, output = module } = options;
    const width = this.dim(`${module}.weight`, 0);
    return this.affine(output, x, `${module}.weight`, bias ? `${module}.bias` : null, width);
  }

  /** linear() for tensors with names of their own. */
  affine(output: string, x: Features, weight: string, bias: string | null, width: number): Features {
    const inputs = [x.value, this.weight(weight, [width, x.width])];
    if (bias !== null) inputs.push(this.weight(bias, [width]));
    return { value: this.node("Gemm", output, inputs, { transB: { int: 1 } }), width };
  }

  /** LayerNorm over the last axis, which has `width` elements. */
  layerNorm(module: string, x: Features): Features {
    const parameters = ["weight", "bias"].map((part) => this.weight(`${module}.${part}`, [x.width]));
    const value = this.node("LayerNormalization", module, [x.value, ...parameters], {
      axis: { int: -1 },
      epsilon: { float: EPSILON },
    });
    return { value, width: x.width };
  }

  /** 1 where the dims fit no number of groups: then their check fails and names them. */
  private groups(weight: string, inputs: number): number {
    const group = inputs / this.dim(weight, 1);
    return Number.isInteger(group) && this.dim(weight, 0) % group === 0 ? group : 1;
  }
}
