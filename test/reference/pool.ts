import type { PoolNode } from "../../src/graph/graph.ts";
import { type Tensor, tabulate } from "./tensor.ts";

/**
 * Windows over the padded map. Padding never wins a maximum and adds nothing to a sum; it counts in a mean's divisor
 * with countIncludePad. Positions behind the padding (rounding up) never count.
 */
export function pool(node: PoolNode, x: Tensor): Tensor {
  const [, channels, height, width] = x.dims as [number, number, number, number];
  const [top, left, bottom, right] = node.pads;
  return tabulate(x.dtype, node.outputs[0]!.dims, ([n, c, i, j]) => {
    const inside: number[] = [];
    let padded = 0;
    for (let p = 0; p < node.kernel[0]; p++) {
      for (let q = 0; q < node.kernel[1]; q++) {
        const row = i! * node.strides[0] - top + p * node.dilations[0];
        const column = j! * node.strides[1] - left + q * node.dilations[1];
        if (row >= 0 && row < height && column >= 0 && column < width) {
          inside.push(x.data[((n! * channels + c!) * height + row) * width + column]!);
        } else if (row < height + bottom && column < width + right) padded++;
      }
    }
    if (node.mode === "max") return inside.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    if (node.mode === "lp") return inside.reduce((sum, v) => sum + Math.abs(v) ** node.p, 0) ** (1 / node.p);
    const count = inside.length + (node.countIncludePad ? padded : 0);
    return inside.reduce((a, b) => a + b, 0) / count;
  });
}

/** Unpadded means, as many windows as fit. */
export function meanPool(x: Tensor, kernel: readonly number[], strides: readonly number[]): Tensor {
  const [, channels, height, width] = x.dims as [number, number, number, number];
  const [kernelH, kernelW] = kernel as [number, number];
  const [strideH, strideW] = strides as [number, number];
  const outH = Math.floor((height - kernelH) / strideH) + 1;
  const outW = Math.floor((width - kernelW) / strideW) + 1;
  return tabulate(x.dtype, [x.dims[0]!, channels, outH, outW], ([n, c, i, j]) => {
    let sum = 0;
    for (let p = 0; p < kernelH; p++) {
      for (let q = 0; q < kernelW; q++) {
        sum += x.data[((n! * channels + c!) * height + i! * strideH + p) * width + j! * strideW + q]!;
      }
    }
    return sum / (kernelH * kernelW);
  });
}
