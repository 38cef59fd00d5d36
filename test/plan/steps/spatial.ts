/** conv, pool, roiAlign over nhwc operands. */
import { POOL_MODES } from "../../../src/plan/steps.ts";
import type { Executors } from "../execute.ts";
import type { Operand } from "../machine.ts";
import { activate } from "./common.ts";

type Map4 = (n: number, c: number, h: number, w: number) => number;

function pixels(operand: Operand): { at: Map4; n: number; c: number; h: number; w: number } {
  if (operand.layout !== "nhwc") throw new Error("expected an nhwc operand");
  const [n, c, h, w] = operand.dims as [number, number, number, number];
  return { n, c, h, w, at: (i, j, y, x) => ((i * h + y) * w + x) * operand.pixelStride + j };
}

function each(operand: Operand, visit: (n: number, c: number, h: number, w: number) => number): void {
  const { at, n, c, h, w } = pixels(operand);
  for (let i = 0; i < n; i++)
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) for (let j = 0; j < c; j++) operand.set(at(i, j, y, x), visit(i, j, y, x));
}

export const spatialSteps: Pick<Executors, "conv" | "pool" | "roiAlign"> = {
  conv(f, [x, weight, bias, residual, preScale, preShift, postScale], [y]) {
    const source = pixels(x as Operand);
    const [, groupIn] = weight!.dims as [number, number];
    const groupOut = y!.dims[1]! / f.group;
    const height = Math.floor((source.h - f.poolH) / f.poolStrideH) + 1;
    const width = Math.floor((source.w - f.poolW) / f.poolStrideW) + 1;
    const read = (n: number, c: number, h: number, w: number): number => {
      let sum = 0;
      for (let i = 0; i < f.poolH; i++) {
        for (let j = 0; j < f.poolW; j++) {
          let v = x!.get(source.at(n, c, h * f.poolStrideH + i, w * f.poolStrideW + j));
          v = v * (preScale?.get(c) ?? 1) + (preShift?.get(c) ?? 0);
          sum += f.preRelu ? Math.max(v, 0) : v;
        }
      }
      return sum / (f.poolH * f.poolW);
    };
    const act = activate(f);
    const rest = residual && pixels(residual);
    each(y as Operand, (n, o, oh, ow) => {
      let sum = 0;
      const group = Math.floor(o / groupOut);
      for (let c = 0; c < groupIn; c++) {
        for (let i = 0; i < f.kernelH; i++) {
          for (let j = 0; j < f.kernelW; j++) {
            const h = oh * f.strideH + i * f.dilationH - f.padTop;
            const w = ow * f.strideW + j * f.dilationW - f.padLeft;
            if (h < 0 || w < 0 || h >= height || w >= width) continue;
            const tap = ((o * groupIn + c) * f.kernelH + i) * f.kernelW + j;
            sum += weight!.get(tap) * read(n, group * groupIn + c, h, w);
          }
        }
      }
      sum = sum * (postScale?.get(o) ?? 1) + (bias?.get(o) ?? 0);
      return act(sum + (rest ? residual!.get(rest.at(n, o, oh, ow)) : 0));
    });
  },

  pool(f, [x], [y]) {
    const source = pixels(x as Operand);
    const mode = POOL_MODES[f.mode];
    each(y as Operand, (n, c, oh, ow) => {
      const values: number[] = [];
      let counted = 0;
      for (let i = 0; i < f.kernelH; i++) {
        for (let j = 0; j < f.kernelW; j++) {
          const h = oh * f.strideH + i * f.dilationH - f.padTop;
          const w = ow * f.strideW + j * f.dilationW - f.padLeft;
          const padded = h < source.h + f.padBottom && w < source.w + f.padRight;
          if (padded) counted++;
          if (h < 0 || w < 0 || h >= source.h || w >= source.w) continue;
          values.push(x!.get(source.at(n, c, h, w)));
        }
      }
      if (mode === "max") return Math.max(...values);
      if (mode === "lp") return values.reduce((s, v) => s + Math.abs(v) ** f.p, 0) ** (1 / f.p);
      return values.reduce((s, v) => s + v, 0) / (f.countIncludePad ? counted : values.length);
    });
  },

  roiAlign(f, [x, rois, batch], [y]) {
    const source = pixels(x as Operand);
    const [, , outH, outW] = y!.dims as [number, number, number, number];
    each(y as Operand, (r, c, ph, pw) => {
      const half = f.aligned ? 0.5 : 0;
      const [x0, y0, x1, y1] = [0, 1, 2, 3].map((i) => rois!.get(r * 4 + i) * f.spatialScale - half) as [
        number,
        number,
        number,
        number,
      ];
      const size = (a: number, b: number): number => (f.aligned ? b - a : Math.max(b - a, 1));
      const binH = size(y0, y1) / outH;
      const binW = size(x0, x1) / outW;
      const gridH = f.samplingRatio > 0 ? f.samplingRatio : Math.ceil(binH);
      const gridW = f.samplingRatio > 0 ? f.samplingRatio : Math.ceil(binW);
      const samples: number[] = [];
      for (let i = 0; i < gridH; i++) {
        for (let j = 0; j < gridW; j++) {
          const sy = y0 + ph * binH + ((i + 0.5) * binH) / gridH;
          const sx = x0 + pw * binW + ((j + 0.5) * binW) / gridW;
          const parts = bilinear(source.h, source.w, sy, sx).map(
            ([h, w, k]) => k * x!.get(source.at(batch!.get(r), c, h, w)),
          );
          samples.push(f.mode === 1 ? Math.max(0, ...parts) : parts.reduce((s, v) => s + v, 0));
        }
      }
      if (f.mode === 1) return Math.max(...samples);
      return samples.reduce((s, v) => s + v, 0) / Math.max(samples.length, 1);
    });
  },
};

function bilinear(h: number, w: number, y: number, x: number): [number, number, number][] {
  if (y < -1 || y > h || x < -1 || x > w) return [];
  const [cy, cx] = [Math.max(y, 0), Math.max(x, 0)];
  const low = (v: number, size: number): number => Math.min(Math.floor(v), size - 1);
  const [yl, xl] = [low(cy, h), low(cx, w)];
  const [yh, xh] = [Math.min(yl + 1, h - 1), Math.min(xl + 1, w - 1)];
  const [dy, dx] = [yl === h - 1 ? 0 : cy - yl, xl === w - 1 ? 0 : cx - xl];
  return [
    [yl, xl, (1 - dy) * (1 - dx)],
    [yl, xh, (1 - dy) * dx],
    [yh, xl, dy * (1 - dx)],
    [yh, xh, dy * dx],
  ];
}
