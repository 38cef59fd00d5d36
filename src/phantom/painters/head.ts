/** Skull base, lower jaw, teeth, hyoid. */
import { childFrame } from "../picture/frame.ts";
import { flatBone, type Pen, region, tube } from "./pen.ts";
import { type Scene, yOf } from "./surroundings.ts";

export function paintHead(pen: Pen, scene: Scene): void {
  const { root, spine, patient, random } = scene;
  const atlas = spine.levels[0];
  const d = patient.density;
  const nod = random.range(-0.14, 0.14);
  const f = childFrame(root, atlas.x, atlas.y, nod + atlas.angle * 0.4);
  if (spine.view === "ap") {
    const chin = random.range(-12, 16);
    region(
      pen,
      f,
      [
        [-66, -40],
        [-52, -8 + chin * 0.3],
        [-24, 12 + chin],
        [0, 18 + chin],
        [24, 12 + chin],
        [52, -8 + chin * 0.3],
        [66, -40],
        [60, -150],
        [-60, -150],
      ],
      0.55,
      2.5,
    );
    region(
      pen,
      f,
      [
        [-60, -60],
        [-40, -24 + chin * 0.5],
        [0, -8 + chin],
        [40, -24 + chin * 0.5],
        [60, -60],
        [50, -150],
        [-50, -150],
      ],
      0.5,
      22,
    );
    tube(
      pen,
      f,
      [
        [-54, -50, 7],
        [-47, -6 + chin * 0.4, 8],
        [-22, 14 + chin, 8],
        [0, 19 + chin, 8],
        [22, 14 + chin, 8],
        [47, -6 + chin * 0.4, 8],
        [54, -50, 7],
      ],
      0.22 * d,
      0.6,
    );
    teeth(pen, scene, f, 0, -12 + chin, 26);
    return;
  }
  flatBone(
    pen,
    f,
    [
      [-62, -34],
      [-36, -22],
      [-8, -13],
      [14, -10],
      [34, -16],
      [64, -34],
      [84, -74],
      [70, -128],
      [0, -150],
      [-80, -130],
    ],
    0.4 * d,
    0.3 * d,
    4,
  );
  // Mastoid cells.
  for (let i = 0; i < 26; i++) {
    const cell = childFrame(f, random.normal(14, 8), random.normal(-19, 6));
    pen.canvas.ellipsoid(cell, random.range(1.5, 4), random.range(1.5, 3.5), random.range(-0.16, 0.1));
  }
  region(
    pen,
    f,
    [
      [-26, -12],
      [-18, -34],
      [24, -36],
      [36, -22],
      [14, -9],
    ],
    0.3 * d,
    16,
  );
  for (const side of [-1, 1])
    flatBone(
      pen,
      childFrame(f, side * 3, side * 3.5),
      [
        [-14, -38],
        [-20, -8],
        [-26, 18],
        [-38, 31],
        [-66, 40],
        [-104, 46],
        [-112, 26],
        [-96, 16],
        [-64, 16],
        [-46, 6],
        [-42, -14],
        [-44, -34],
        [-30, -24],
      ],
      0.17 * d,
      0.14 * d,
      1.6,
    );
  tube(
    pen,
    f,
    [
      [-38, -10, 1.6],
      [-70, -9, 1.8],
      [-100, -10, 2],
    ],
    0.3 * d,
  );
  teeth(pen, scene, f, -78, 10, 22);
  const hyoid = spine.levels[3];
  tube(
    pen,
    root,
    [
      [hyoid.x - hyoid.hw - 20, yOf(scene, 2.6), 1.6],
      [hyoid.x - hyoid.hw - 34, yOf(scene, 3), 2.6],
    ],
    0.16 * d,
  );
}

function teeth(
  pen: Pen,
  { random }: Scene,
  frame: Parameters<typeof childFrame>[0],
  x: number,
  y: number,
  half: number,
): void {
  const filled = random.chance(0.4);
  for (let row = -1; row <= 1; row += 2)
    for (let i = -3; i <= 3; i++) {
      if (random.chance(0.12)) continue;
      const tooth = childFrame(frame, x + (i * half) / 3, y + row * 8, random.range(-0.15, 0.15));
      pen.canvas.ellipsoid(tooth, half / 6.4, 7.5, 0.3);
      if (filled && random.chance(0.3))
        pen.canvas.ellipsoid(childFrame(tooth, 0, -row * 5), half / 8, 2.2, 1.4);
    }
}
