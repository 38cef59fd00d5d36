/** Convolution, transposed convolution and matrix product by their sums. */
import type { ConvNode, ConvTransposeNode, MatmulNode } from "../../src/graph/graph.ts";
import { activate, scaleShift, unary } from "./elementwise.ts";
import { meanPool } from "./pool.ts";
import { broadcast, sizeOf, type Tensor, tabulate } from "./tensor.ts";

/** The whole node: prologue, zero-padded convolution, epilogue. Operands as in ConvNode.inputs. */
export function conv(node: ConvNode, operands: readonly (Tensor | null)[]): Tensor {
  const [x, weight, bias, residual, preScale, preShift, postScale] = operands;
  let source = x!;
  if (preScale) source = scaleShift(source, preScale, preShift!);
  if (node.preRelu) source = unary(source, "relu", 0, 0);
  if (node.prePool !== null) source = meanPool(source, node.prePool.kernel, node.prePool.strides);
  const sum = convolve(node, source, weight!);
  const [, channels, height, width] = sum.dims as [number, number, number, number];
  const data = sum.data.map((v, i) => {
    const channel = Math.floor(i / (height * width)) % channels;
    return v * (postScale?.data[channel] ?? 1) + (bias?.data[channel] ?? 0) + (residual?.data[i] ?? 0);
  });
  return activate({ ...sum, data }, node.activation);
}

/** y[n, o, i, j] = sum over c, p, q of w[o, c, p, q] x[n, group(o) + c, i s - pad + p d, j s - pad + q d], 0 outside x. */
function convolve(node: ConvNode, x: Tensor, weight: Tensor): Tensor {
  const [, channels, height, width] = x.dims as [number, number, number, number];
  const [outputs, perGroup, kernelH, kernelW] = weight.dims as [number, number, number, number];
  const [top, left, bottom, right] = node.pads;
  const extent = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;
  const outH = Math.floor((height + top + bottom - extent(kernelH, node.dilations[0])) / node.strides[0]) + 1;
  const outW = Math.floor((width + left + right - extent(kernelW, node.dilations[1])) / node.strides[1]) + 1;
  return tabulate("f32", [x.dims[0]!, outputs, outH, outW], ([n, o, i, j]) => {
    const firstChannel = Math.floor(o! / (outputs / node.group)) * perGroup;
    let sum = 0;
    for (let p = 0; p < kernelH; p++) {
      const row = i! * node.strides[0] - top + p * node.dilations[0];
      if (row < 0 || row >= height) continue;
      for (let q = 0; q < kernelW; q++) {
        const column = j! * node.strides[1] - left + q * node.dilations[1];
        if (column < 0 || column >= width) continue;
        for (let c = 0; c < perGroup; c++) {
          const w = weight.data[((o! * perGroup + c) * kernelH + p) * kernelW + q]!;
          sum += w * x.data[((n! * channels + firstChannel + c) * height + row) * width + column]!;
        }
      }
    }
    return sum;
  });
}

/** Every x[n, c, i, j] adds x w[c, o, p, q] to y[n, group(c) + o, i s - pad + p d, j s - pad + q d], if that exists. */
export function convTranspose(
  node: ConvTransposeNode,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
): Tensor {
  const [batch, channels, height, width] = x.dims as [number, number, number, number];
  const [, perGroup, kernelH, kernelW] = weight.dims as [number, number, number, number];
  const [outH, outW] = node.outputSpatial;
  const outputs = perGroup * node.group;
  const y = tabulate("f32", [batch, outputs, outH, outW], ([, o]) => bias?.data[o!] ?? 0);
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channels; c++) {
      const firstOutput = Math.floor(c / (channels / node.group)) * perGroup;
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          const v = x.data[((n * channels + c) * height + i) * width + j]!;
          for (let o = 0; o < perGroup; o++) {
            for (let p = 0; p < kernelH; p++) {
              for (let q = 0; q < kernelW; q++) {
                const row = i * node.strides[0] - node.pads[0] + p * node.dilations[0];
                const column = j * node.strides[1] - node.pads[1] + q * node.dilations[1];
                if (row < 0 || row >= outH || column < 0 || column >= outW) continue;
                const w = weight.data[((c * perGroup + o) * kernelH + p) * kernelW + q]!;
                y.data[((n * outputs + firstOutput + o) * outH + row) * outW + column]! += v * w;
              }
            }
          }
        }
      }
    }
  }
  return y;
}

/** y = activation(alpha op(a) op(b) + bias), matrices in the last two axes, the others broadcast. */
export function matmul(node: MatmulNode, a: Tensor, b: Tensor, bias: Tensor | null): Tensor {
  const [rowsA, columnsA] = a.dims.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.dims.slice(-2) as [number, number];
  const m = node.transA ? columnsA : rowsA;
  const depth = node.transA ? rowsA : columnsA;
  const n = node.transB ? rowsB : columnsB;
  const batch = broadcast(a.dims.slice(0, -2), b.dims.slice(0, -2));
  const matrixOf = (x: Tensor, index: readonly number[]): number => {
    const dims = x.dims.slice(0, -2);
    const missing = batch.length - dims.length;
    return dims.reduce((offset, size, i) => offset * size + (size === 1 ? 0 : index[i + missing]!), 0);
  };
  const y = tabulate("f32", [...batch, m, n], (index) => {
    const [i, j] = index.slice(-2) as [number, number];
    const baseA = matrixOf(a, index) * sizeOf([rowsA, columnsA]);
    const baseB = matrixOf(b, index) * sizeOf([rowsB, columnsB]);
    let sum = 0;
    for (let k = 0; k < depth; k++) {
      const left = a.data[baseA + (node.transA ? k * columnsA + i : i * columnsA + k)]!;
      const right = b.data[baseB + (node.transB ? j * columnsB + k : k * columnsB + j)]!;
      sum += left * right;
    }
    return node.alpha * sum + (bias?.data[j] ?? 0);
  });
  return activate(y, node.activation);
}
