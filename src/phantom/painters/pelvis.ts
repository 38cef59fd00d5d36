/** Sacrum, iliac wings, hips. */

import { levelFrame } from "../anatomy/spine.ts";
import { S1 } from "../anatomy/vertebrae.ts";
import { childFrame } from "../picture/frame.ts";
import { flatBone, type Pen, region, tube } from "./pen.ts";
import type { Scene } from "./surroundings.ts";

export function paintPelvis(pen: Pen, scene: Scene): void {
  if (scene.spine.view === "ap") front(pen, scene);
  else side(pen, scene);
}

function front(pen: Pen, { root, spine, patient, random }: Scene): void {
  const level = spine.levels[S1];
  const k = patient.scale;
  const f = childFrame(root, level.x, level.y, level.angle * 0.4);
  const d = patient.density;
  const flare = random.range(0.92, 1.08);
  const outline: [number, number][] = [
    [-26, -16],
    [0, -13],
    [26, -16],
    [40, -14],
    [56, -2],
    [53, 20],
    [42, 44],
    [30, 58],
    [20, 84],
    [8, 104],
    [0, 112],
    [-8, 104],
    [-20, 84],
    [-30, 58],
    [-42, 44],
    [-53, 20],
    [-56, -2],
    [-40, -14],
  ];
  const sacrum = outline.map(([x, y]) => [x * k, y * k]);
  flatBone(pen, f, sacrum, 0.22 * d, 0.05 * d);
  region(pen, f, sacrum, 0.2 * d, 22);
  for (let i = 0; i < 4; i++)
    tube(
      pen,
      f,
      [
        [-15 * k + i * 2, (14 + i * 19) * k, 1.2],
        [0, (16 + i * 19) * k, 1.5],
        [15 * k - i * 2, (14 + i * 19) * k, 1.2],
      ],
      0.09 * d,
    );
  const median = childFrame(f, 0, 18 * k);
  pen.canvas.ellipsoid(median, 4.5 * k, 22 * k, 0.14 * d);
  for (const s of [-1, 1]) {
    [14, 34, 52, 67].forEach((y, i) => {
      const hole = childFrame(f, s * (21 - i * 2.2) * k, y * k, s * -0.3);
      pen.canvas.ellipsoid(hole, (5.6 - i * 0.6) * k, (4 - i * 0.4) * k, -0.16 * d);
      tube(
        pen,
        f,
        [
          [s * (27 - i * 2.4) * k, (y - 3) * k, 1],
          [s * (21 - i * 2.2) * k, (y - 6) * k, 1],
          [s * (15 - i * 2) * k, (y - 3) * k, 1],
        ],
        0.09 * d,
      );
    });
    // Joint between sacrum and ilium: a dark, oblique slit with dense margins.
    tube(
      pen,
      f,
      [
        [s * 52 * k, -10 * k, 1.2],
        [s * 47 * k, 18 * k, 1.3],
        [s * 40 * k, 46 * k, 1],
      ],
      -0.14 * d,
    );
    const wing: [number, number][] = [
      [50, -14],
      [66, -46],
      [92, -62],
      [120, -48],
      [138, -14],
      [136, 18],
      [122, 62],
      [108, 92],
      [76, 88],
      [60, 62],
      [48, 40],
      [46, 10],
    ];
    const blade = wing.map(([x, y]) => [s * x * k * flare, y * k]);
    flatBone(pen, f, blade, 0.16 * d, 0.07 * d, 2);
    // Thick along the crest and towards the joint, thin in the middle.
    tube(
      pen,
      f,
      blade.slice(1, 7).map(([x, y], i) => [x * 0.97, y * 0.94 + 3, (3 + 2.5 * Math.min(i, 5 - i)) * k]),
      0.1 * d,
      0,
    );
    region(
      pen,
      f,
      [
        [s * 44 * k, -4 * k],
        [s * 62 * k, -30 * k],
        [s * 78 * k, 10 * k],
        [s * 80 * k, 70 * k],
        [s * 62 * k, 66 * k],
        [s * 46 * k, 34 * k],
      ],
      0.24 * d,
      14,
    );
    tube(
      pen,
      f,
      [
        [s * 42 * k, 30 * k, 1.2],
        [s * 62 * k, 70 * k, 1.4],
        [s * 58 * k, 108 * k, 1.4],
        [s * 12 * k, 138 * k, 2],
      ],
      0.16 * d,
    );
    const head = childFrame(f, s * 90 * k, 122 * k);
    pen.canvas.ellipsoid(head, 24 * k, 24 * k, 0.4 * d);
    tube(
      pen,
      f,
      [
        [s * 98 * k, 128 * k, 17 * k],
        [s * 128 * k, 160 * k, 15 * k],
        [s * 132 * k, 220 * k, 14 * k],
      ],
      0.22 * d,
      1,
    );
    tube(
      pen,
      f,
      [
        [s * 66 * k, 128 * k, 9],
        [s * 16 * k, 142 * k, 8],
        [s * 12 * k, 168 * k, 7],
        [s * 50 * k, 178 * k, 9],
      ],
      0.25 * d,
      1,
    );
  }
}

function side(pen: Pen, { root, spine, patient, random }: Scene): void {
  const level = spine.levels[S1];
  const k = patient.scale;
  const d = patient.density;
  let f = levelFrame(root, level);
  const bend = random.range(0.12, 0.3);
  for (let i = 0; i < 5; i++) {
    const hw = (15 - i * 2.6) * k;
    const hh = (13 - i * 1.6) * k;
    if (i > 0) {
      flatBone(
        pen,
        f,
        [
          [-hw, -hh * 0.86],
          [0, -hh * 0.9],
          [hw * 0.9, -hh * 0.86],
          [hw * 0.82, hh * 0.86],
          [-hw * 0.9, hh * 0.86],
        ],
        0.3 * d,
        0.2 * d,
      );
    }
    flatBone(
      pen,
      f,
      [
        [hw + 2, -hh * 0.8],
        [hw + 15 - i * 2, -hh * 0.5],
        [hw + 17 - i * 2.4, hh * 0.4],
        [hw + 10 - i * 2, hh],
        [hw + 1, hh * 0.9],
      ],
      0.16 * d,
      0.1 * d,
    );
    f = childFrame(f, 0, hh * 1.95, i < 2 ? -bend * 0.6 : bend * -1.6);
  }
  const base = childFrame(root, level.x, level.y);
  for (const s of [-1, 1]) {
    const shift = childFrame(base, s * random.range(1, 6), s * random.range(1, 6));
    const wing: [number, number][] = [
      [46, 24],
      [38, -16],
      [14, -48],
      [-18, -60],
      [-50, -44],
      [-66, -8],
      [-54, 30],
      [-30, 66],
      [-6, 82],
      [22, 60],
    ];
    const blade = wing.map(([x, y]) => [x * k, y * k]);
    flatBone(pen, shift, blade, 0.08 * d, 0.05 * d, 2);
    tube(
      pen,
      shift,
      blade.slice(0, 6).map(([x, y], i) => [x * 0.95, y * 0.95 + 2, (2.5 + 2 * Math.min(i, 5 - i)) * k]),
      0.09 * d,
      0,
    );
    region(
      pen,
      shift,
      [
        [20 * k, -20 * k],
        [34 * k, 20 * k],
        [0, 80 * k],
        [-40 * k, 100 * k],
        [-36 * k, 40 * k],
        [-10 * k, 6 * k],
      ],
      0.14 * d,
      12,
    );
    const head = childFrame(shift, -24 * k, 112 * k);
    pen.canvas.ellipsoid(head, 25 * k, 25 * k, 0.28 * d);
    tube(
      pen,
      shift,
      [
        [-24 * k, 118 * k, 16 * k],
        [-30 * k, 220 * k, 14 * k],
      ],
      0.18 * d,
      1,
    );
  }
}
