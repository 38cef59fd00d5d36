/** Small networks with the structure of the real ones. */
import { GraphBuilder } from "../../src/graph/builder.ts";
import { elementCount, type Graph, type Value } from "../../src/graph/graph.ts";
import { random } from "../shim.ts";

const RELU = { op: "relu" as const, alpha: 0, beta: 0 };

export class NetBuilder {
  readonly builder = new GraphBuilder();
  private readonly next: () => number;
  private constants = 0;

  constructor(seed = 1) {
    this.next = random(seed);
  }

  constant(dims: readonly number[]): Value {
    const data = Float32Array.from({ length: elementCount(dims) }, () => this.next() * 2 - 1);
    return this.builder.constant(`w${this.constants++}`, data, dims);
  }

  conv(x: Value, channels: number, size: number, stride = 1, pad = (size - 1) / 2): Value {
    const weight = this.constant([channels, x.dims[1] as number, size, size]);
    const [y] = this.builder.add("conv", {
      inputs: [x, weight],
      kernel: [size, size],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      dilations: [1, 1],
      group: 1,
    });
    return y as Value;
  }

  /** BatchNorm and ReLU as one node. */
  norm(x: Value): Value {
    const c = [x.dims[1] as number];
    const [y] = this.builder.add("scaleShift", {
      inputs: [x, this.constant(c), this.constant(c)],
      activation: RELU,
    });
    return y as Value;
  }

  pool(x: Value, mode: "max" | "average", size: number, stride: number): Value {
    const [y] = this.builder.add("pool", {
      inputs: [x],
      mode,
      kernel: [size, size],
      strides: [stride, stride],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      countIncludePad: false,
      p: 2,
    });
    return y as Value;
  }

  concat(inputs: Value[], axis = 1): Value {
    return this.builder.add("concat", { inputs, axis })[0] as Value;
  }

  /** Global average pool, flatten, linear. */
  head(x: Value, classes: number): Value {
    const [pooled] = this.builder.add("reduce", { inputs: [x], op: "mean", axes: [2, 3], keepDims: true });
    const [n, c] = x.dims as [number, number];
    const [flat] = this.builder.add("reshape", { inputs: [pooled as Value], dims: [n, c] });
    const inputs: [Value, Value, Value] = [
      flat as Value,
      this.constant([classes, c]),
      this.constant([classes]),
    ];
    const spec = { inputs, transA: false, transB: true, alpha: 1 };
    return this.builder.add("matmul", spec)[0] as Value;
  }
}

/**
 * Two dense blocks and a transition. `flat`: each layer concatenates all earlier features, as torchvision's export
 * does; otherwise it concatenates the last concat and one new feature.
 */
export function miniDenseNet(flat: boolean, batch = 1): Graph {
  const net = new NetBuilder();
  const input = net.builder.input("image", "f32", [batch, 3, 16, 16]);
  let x = net.pool(net.conv(input, 8, 3), "max", 2, 2);
  for (let block = 0; block < 2; block++) {
    const features = [x];
    let all = x;
    for (let layer = 0; layer < 4; layer++) {
      const bottleneck = net.norm(net.conv(net.norm(all), 16, 1));
      const fresh = net.conv(bottleneck, 4, 3);
      features.push(fresh);
      all = net.concat(flat ? [...features] : [all, fresh]);
    }
    x = block === 0 ? net.pool(net.conv(net.norm(all), 12, 1), "average", 2, 2) : net.norm(all);
  }
  return net.builder.finish("mini-densenet", [net.head(x, 5)]);
}
