/** Soft tissue: skin, muscle, lungs, heart, airway, bowel. Painted on a coarse canvas. */

import { boxBlur } from "../picture/blur.ts";
import { smoothLoop } from "../picture/canvas.ts";
import { childFrame, scaleOf, toPixel } from "../picture/frame.ts";
import { cos, sin, smoothStep } from "../picture/maths.ts";
import { texture } from "../picture/texture.ts";
import { type At, type Pen, region, SOFT, tube } from "./pen.ts";
import { axisAt, type Scene, skinOf, yOf } from "./surroundings.ts";

/** Thickness of the trunk along the beam, with a slow mottle of fat and muscle. */
export function paintTrunk(pen: Pen, scene: Scene): void {
  const { canvas } = pen;
  const { root, spine, random } = scene;
  const { a, front, back } = skinOf(scene);
  const axis = axisAt(scene, 0.8);
  const mottle = texture(random, [
    { cell: 64, weight: 0.6 },
    { cell: 16, weight: 0.3 },
    { cell: 8, weight: 0.16 },
  ]);
  // Raised or lowered arms: the shoulders' share along a sideways beam.
  const arms = random.range(0.5, 0.95);
  const shoulder = yOf(scene, 9);
  const lateral = spine.view === "lateral";
  const tone = random.range(0.022, 0.04);
  const span = 900;
  // Per millimetre of height: half width, middle, thickness.
  const rows = [
    (y: number): number => (lateral ? (front(y) + back(y)) / 2 : a(y)),
    (y: number): number => axis(y) + (lateral ? (back(y) - front(y)) / 2 : 0),
    (y: number): number => {
      const near = 1 - smoothStep(0, 60, Math.abs(y - shoulder));
      return (lateral ? 2 * a(y) * 0.82 * (1 - near * (1 - arms)) : front(y) + back(y)) * SOFT;
    },
  ].map((f) => {
    // Skin has no corners.
    const column = Float32Array.from({ length: 2 * span + 2 }, (_, i) => f(i - span));
    boxBlur(column, 1, column.length, 22, 2);
    return column;
  });
  const [halves, middles, depths] = rows;
  canvas.paint(root, -260, -span, 260, span, (x, y) => {
    const k = Math.floor(y + span);
    const t = y + span - k;
    const half = halves[k] + (halves[k + 1] - halves[k]) * t;
    const middle = middles[k] + (middles[k + 1] - middles[k]) * t;
    const u = (x - middle) / half;
    const q = 1 - u * u;
    if (q <= 0) return 0;
    const thickness = depths[k] + (depths[k + 1] - depths[k]) * t;
    // Flatter than an ellipse, and soft at the skin.
    return (
      thickness *
      Math.sqrt(Math.sqrt(q) * Math.min(1, q * 1.35)) *
      (1 + tone * 2 * mottle.at(x * 0.55 + 300, y * 0.55 + 900))
    );
  });
}

export function paintLungs(pen: Pen, scene: Scene): void {
  const { canvas } = pen;
  const { root, random, spine } = scene;
  const y = (level: number): number => yOf(scene, level);
  const axis = axisAt(scene, 0.7);
  const breath = random.normal(0, 0.55);
  const air = random.range(0.46, 0.6);
  const at = (points: readonly At[]): { x: number; y: number }[] =>
    smoothLoop(points.map(([px, py]) => toPixel(root, px + axis(py), py)));
  const scale = scaleOf(root);
  if (spine.view === "ap") {
    for (const side of [-1, 1]) {
      const dome = y(15.6 + breath + (side < 0 ? 0 : 0.5));
      const heart = side > 0 ? 1 : 0.35;
      const wall = scene.patient.girth * 0.4 + 0.6;
      const lung: At[] = [
        [side * 20, y(8.2)],
        [side * 38 * wall, y(7.4)],
        [side * 72 * wall, y(8.8)],
        [side * 108 * wall, y(12)],
        [side * 122 * wall, y(15)],
        [side * 126 * wall, dome + 42],
        [side * 112 * wall, dome + 22],
        [side * 72 * wall, dome],
        [side * 34 * wall, dome + 12],
        [side * (26 + 30 * heart), y(14.6)],
        [side * (24 + 14 * heart), y(12.5)],
        [side * (25 + 6 * heart), y(10.6)],
      ];
      canvas.multiply(at(lung), -air * 0.55, 3 * scale);
      canvas.multiply(at(lung), -air * 0.55, 22 * scale);
      vessels(pen, scene, [side * 36, y(12.6)], side, dome);
    }
    return;
  }
  for (const side of [0, 1]) {
    const dome = y(15.6 + breath) + side * random.range(6, 16);
    const lung = at([
      [-10, y(8.6)],
      [-45, y(9.2)],
      [-88, y(11.5)],
      [-106, y(14)],
      [-102, dome + 8],
      [-60, dome - 4],
      [-20, dome + 8],
      [24, dome + 52],
      [42, dome + 56],
      [50, y(15)],
      [48, y(11)],
      [24, y(8.8)],
    ]);
    // The wall's edge fades, that of the diaphragm does not.
    canvas.multiply(lung, -air * 0.38, 34 * scale);
    canvas.multiply(lung, -air * 0.26, 4 * scale);
    vessels(pen, scene, [-48, y(12.4)], side * 2 - 1, dome);
  }
  const heart = childFrame(root, -70 + axis(y(14)), y(14.1), 0.5);
  const loop = [
    [-30, -34],
    [4, -52],
    [34, -22],
    [40, 22],
    [18, 52],
    [-22, 46],
    [-38, 6],
  ];
  region(pen, heart, loop, 0.45, 10);
  region(pen, heart, loop, 0.35, 34);
}

/** Vessels that branch from the hilum. */
function vessels(pen: Pen, { root, random }: Scene, [hx, hy]: At, side: number, dome: number): void {
  for (let i = 0; i < 16; i++) {
    let angle = random.range(-1.5, 1.5);
    const points: number[][] = [];
    let x = hx + random.range(-6, 6);
    let y = hy + random.range(-14, 14);
    let r = random.range(1.6, 4);
    for (let k = 0; k < 6 && y < dome; k++) {
      points.push([x, y, r]);
      x += side * cos(angle) * 13;
      y += sin(angle) * 14;
      angle += random.range(-0.35, 0.35);
      r *= 0.74;
    }
    if (points.length > 2) tube(pen, root, points, SOFT * points[0][2] * 1.7, 0, 3);
  }
}

export function paintAirway(pen: Pen, scene: Scene): void {
  const { root, spine, random } = scene;
  const y = (level: number): number => yOf(scene, level);
  const axis = axisAt(scene, 0.9);
  const r = random.range(7, 9.5);
  if (spine.view === "ap") {
    const off = random.normal(1.5, 2);
    const points: At[] = [
      [axis(y(3)) + off * 0.5, y(3), 3.5],
      [axis(y(4)) + off * 0.5, y(4), 5],
      [axis(y(5)) + off, y(5), r],
      [axis(y(8)) + off, y(8), r],
      [axis(y(11)) + off * 2, y(11), r * 0.95],
    ];
    tube(pen, root, points, -SOFT * r * 1.6);
    for (const side of [-1, 1])
      tube(
        pen,
        root,
        [
          [axis(y(11)) + off * 2, y(11), r * 0.75],
          [axis(y(12)) + side * 26, y(12), r * 0.55],
        ],
        -SOFT * r * 0.9,
      );
    return;
  }
  const levels = spine.levels;
  const front = (index: number, gap: number): number => levels[index].x - levels[index].hw - gap;
  const tissue = random.range(0.9, 1.3);
  tube(
    pen,
    root,
    [
      [front(0, 16), y(0) - 14, 6],
      [front(1, 8 * tissue), y(1), 6.5],
      [front(2, 9 * tissue), y(2.4), 7.5],
      [front(3, 15 * tissue), y(3.6), 6.5],
      [front(5, 21 * tissue), y(5), r],
      [front(7, 24), y(7), r],
      [front(9, 28), y(9), r * 0.95],
      [front(11, 27), y(11), r * 0.9],
    ],
    -SOFT * r * 2,
  );
}

/** Gas and content of the bowel: lobed dark patches with thin walls, and a fine mottle. */
export function paintBowel(pen: Pen, scene: Scene): void {
  const { root, random, spine } = scene;
  const top = yOf(scene, 18);
  const bottom = yOf(scene, 24) + 70;
  const lateral = spine.view === "lateral";
  const loops = random.integer(2, 10);
  for (let i = 0; i < loops; i++) {
    let x = lateral ? random.range(-130, -36) : random.range(-125, 125);
    let y = random.range(top, bottom);
    if (!lateral && Math.abs(x) < 32 && random.chance(0.6)) x *= 3;
    let angle = random.range(0, 6.28);
    const r = random.range(7, 19);
    const amount = -SOFT * r * random.range(0.9, 1.8);
    const lobes = random.integer(1, 7);
    const knots: number[][] = [];
    for (let k = 0; k < lobes; k++) {
      knots.push(
        [x, y, r * random.range(0.7, 1.15)],
        [x + cos(angle) * r * 0.5, y + sin(angle) * r * 0.5, r * 0.72],
      );
      x += cos(angle) * r * 0.95;
      y += sin(angle) * r * 0.95;
      angle += random.range(-0.8, 0.8);
    }
    tube(pen, root, knots, amount, 0, 1);
  }
  const crumbs = random.chance(0.6) ? random.integer(20, 70) : 0;
  const cx = lateral ? random.range(-110, -60) : random.sign() * random.range(60, 110);
  for (let i = 0; i < crumbs; i++) {
    const spot = childFrame(root, cx + random.normal(0, 14), random.range(yOf(scene, 20), bottom));
    const r = random.range(1.5, 6);
    pen.canvas.ellipsoid(spot, r, r * random.range(0.6, 1), -SOFT * r * 0.9);
  }
}

/** Psoas, kidneys and liver: faint edges in the fat. */
export function paintOrgans(pen: Pen, scene: Scene): void {
  const { root, random, spine } = scene;
  const y = (level: number): number => yOf(scene, level);
  if (spine.view === "lateral") {
    region(
      pen,
      root,
      [
        [-30, y(17)],
        [-110, y(17.5)],
        [-120, y(20.5)],
        [-60, y(20)],
      ],
      0.3,
      16,
    );
    return;
  }
  const axis = axisAt(scene, 0.9);
  const psoas = random.range(0.08, 0.2);
  for (const side of [-1, 1]) {
    region(
      pen,
      root,
      [
        [axis(y(18.6)) + side * 18, y(18.6)],
        [axis(y(20)) + side * 38, y(20)],
        [axis(y(22)) + side * 58, y(22)],
        [axis(y(24)) + side * 80, y(24) + 20],
        [axis(y(24)) + side * 50, y(24) + 20],
        [axis(y(22)) + side * 22, y(22)],
      ],
      psoas,
      4,
    );
    const kidney = childFrame(root, side * 68, y(19.4 + side * 0.2), side * -0.25);
    pen.canvas.ellipsoid(kidney, 30, 55, random.range(0.05, 0.16));
  }
  region(
    pen,
    root,
    [
      [-20, y(16.4)],
      [-120, y(16)],
      [-135, y(20.5)],
      [-105, y(21)],
      [-50, y(19)],
    ],
    random.range(0.15, 0.35),
    7,
  );
}
