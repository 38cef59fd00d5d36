/** resample, gather, nms. */
import type { Executors } from "../execute.ts";
import { expectDense } from "./common.ts";

export const indexSteps: Pick<Executors, "resample" | "gather" | "nms"> = {
  resample(f, [x, indices, weights], [y]) {
    expectDense(x!);
    expectDense(y!);
    for (let o = 0; o < f.outer; o++)
      for (let j = 0; j < f.count; j++)
        for (let i = 0; i < f.inner; i++) {
          let total = 0;
          for (let t = 0; t < f.taps; t++) {
            const from = indices!.get(j * f.taps + t);
            total += weights!.get(j * f.taps + t) * x!.get((o * f.n + from) * f.inner + i);
          }
          y!.set((o * f.count + j) * f.inner + i, total);
        }
  },
  gather(f, [x, indices], [y]) {
    expectDense(x!);
    expectDense(y!);
    if (y!.extent !== f.outer * f.count * f.inner || x!.dtype !== y!.dtype) throw new Error("gather");
    for (let o = 0; o < f.outer; o++)
      for (let j = 0; j < f.count; j++) {
        const index = indices!.get(j);
        const from = index < 0 ? index + f.n : index;
        if (from < 0 || from >= f.n) throw new Error(`gather index ${index} of ${f.n}`);
        for (let i = 0; i < f.inner; i++)
          y!.set((o * f.count + j) * f.inner + i, x!.get((o * f.n + from) * f.inner + i));
      }
  },
  nms(f, [boxes, scores], [selected, count]) {
    let rows = 0;
    const corners = (batch: number, box: number): [number, number, number, number] => {
      const [a, b, c, d] = [0, 1, 2, 3].map((i) => boxes!.get((batch * f.n + box) * 4 + i)) as [
        number,
        number,
        number,
        number,
      ];
      if (f.centerPointBox) return [b - d / 2, a - c / 2, b + d / 2, a + c / 2];
      return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)];
    };
    const overlap = (p: readonly number[], q: readonly number[]): number => {
      const side = (i: number): number =>
        Math.max(0, Math.min(p[i + 2]!, q[i + 2]!) - Math.max(p[i]!, q[i]!));
      const area = (r: readonly number[]): number => (r[2]! - r[0]!) * (r[3]! - r[1]!);
      const shared = side(0) * side(1);
      return shared > 0 ? shared / (area(p) + area(q) - shared) : 0;
    };
    for (let i = 0; i < selected!.extent; i++) selected!.set(i, 0);
    for (let batch = 0; batch < f.batch; batch++) {
      for (let label = 0; label < f.classes; label++) {
        const score = (box: number): number => scores!.get((batch * f.classes + label) * f.n + box);
        const order = Array.from({ length: f.n }, (_, box) => box)
          .filter((box) => score(box) > f.scoreThreshold)
          .sort((p, q) => score(q) - score(p) || p - q);
        const kept: number[] = [];
        for (const box of order) {
          if (kept.length >= f.maxPerClass) break;
          if (kept.some((other) => overlap(corners(batch, box), corners(batch, other)) > f.iouThreshold))
            continue;
          kept.push(box);
        }
        for (const box of kept) {
          [batch, label, box].forEach((v, i) => {
            selected!.set(rows * 3 + i, v);
          });
          rows++;
        }
      }
    }
    count!.set(0, rows);
  },
};
