/** Things that are no finding: leads, zips, clips, catheters, calcified vessels, stones. On normal and abnormal pictures alike. */
import { childFrame, type Frame, scaleOf } from "../picture/frame.ts";
import { cos, sin } from "../picture/maths.ts";
import type { Random } from "../random.ts";
import { METAL, type Pen, tube } from "./pen.ts";
import { type Scene, yOf } from "./surroundings.ts";

interface Plate {
  readonly widthMm: number;
  readonly heightMm: number;
  /** Millimetres around the middle of the plate. */
  readonly frame: Frame;
}

type Extra = (pen: Pen, plate: Plate, random: Random, scene: Scene) => void;

const EXTRAS: Readonly<Record<string, { readonly share: number; readonly paint: Extra }>> = {
  leads: { share: 0.1, paint: leads },
  zip: { share: 0.05, paint: zip },
  clips: { share: 0.07, paint: clips },
  catheter: { share: 0.08, paint: catheter },
  buttons: { share: 0.06, paint: buttons },
  necklace: { share: 0.04, paint: necklace },
  vessel: { share: 0.16, paint: vessel },
  stones: { share: 0.08, paint: stones },
  folds: { share: 0.2, paint: folds },
};

export function paintExtras(pen: Pen, plate: Plate, random: Random, scene: Scene): void {
  for (const { share, paint } of Object.values(EXTRAS))
    if (random.chance(share)) paint(pen, plate, random, scene);
}

const anywhere = (random: Random, { widthMm, heightMm }: Plate): [number, number] => [
  random.range(-0.46, 0.46) * widthMm,
  random.range(-0.46, 0.46) * heightMm,
];

/** A meandering line from a point. */
function meander(random: Random, x: number, y: number, step: number, count: number, r: number): number[][] {
  let angle = random.range(0, 6.28);
  const points: number[][] = [];
  for (let i = 0; i < count; i++) {
    points.push([x, y, r]);
    x += cos(angle) * step;
    y += sin(angle) * step;
    angle += random.range(-0.7, 0.7);
  }
  return points;
}

function leads(pen: Pen, plate: Plate, random: Random): void {
  for (let i = random.integer(1, 3); i > 0; i--) {
    const [x, y] = anywhere(random, plate);
    pen.canvas.ellipsoid(childFrame(plate.frame, x, y), 6, 6, 0.35);
    pen.canvas.ellipsoid(childFrame(plate.frame, x, y), 2.4, 2.4, METAL * 4);
    tube(pen, plate.frame, meander(random, x, y, 24, 9, 0.7), METAL * 1.2, 0, 4);
  }
}

function zip(pen: Pen, plate: Plate, random: Random): void {
  const x = random.range(-0.4, 0.4) * plate.widthMm;
  const top = random.range(-0.5, 0.1) * plate.heightMm;
  const lean = random.normal(0, 0.05);
  for (let i = 0; i < 44; i++) {
    const y = top + i * 3.4;
    const bend = sin(i * 0.12) * 2;
    const px = x + lean * (y - top) + bend + (i % 2 === 0 ? 0.9 : -0.9);
    pen.canvas.ellipsoid(childFrame(plate.frame, px, y), 1.7, 0.95, METAL * 2.5);
  }
}

function clips(pen: Pen, plate: Plate, random: Random): void {
  const [x, y] = anywhere(random, plate);
  for (let i = random.integer(2, 7); i > 0; i--) {
    const angle = random.range(0, 3.14);
    const cx = x + random.normal(0, 9);
    const cy = y + random.normal(0, 12);
    const half = random.range(2, 4);
    tube(
      pen,
      plate.frame,
      [
        [cx - cos(angle) * half, cy - sin(angle) * half, 0.75],
        [cx + cos(angle) * half, cy + sin(angle) * half, 0.75],
      ],
      METAL * 3,
      0,
      1,
    );
  }
}

function catheter(pen: Pen, plate: Plate, random: Random): void {
  const [x, y] = anywhere(random, plate);
  tube(
    pen,
    plate.frame,
    meander(random, x, y, 30, random.integer(5, 14), random.range(1, 2)),
    random.range(0.12, 0.4),
    0,
    5,
  );
}

function buttons(pen: Pen, plate: Plate, random: Random): void {
  const x = random.range(-0.35, 0.35) * plate.widthMm;
  const y = random.range(-0.4, 0) * plate.heightMm;
  const gap = random.range(55, 90);
  const metal = random.chance(0.5);
  for (let i = 0; i < random.integer(1, 4); i++) {
    const spot = childFrame(plate.frame, x + random.normal(0, 1.5), y + i * gap);
    pen.canvas.ellipsoid(spot, 5.5, 5.5, metal ? METAL * 2.2 : 0.22);
    for (const [dx, dy] of [
      [-1, -1],
      [1, -1],
      [-1, 1],
      [1, 1],
    ])
      pen.canvas.ellipsoid(childFrame(spot, dx * 1.3, dy * 1.3), 0.8, 0.8, metal ? -METAL : -0.15);
  }
}

function necklace(pen: Pen, _plate: Plate, random: Random, scene: Scene): void {
  const y = yOf(scene, random.range(7, 10));
  const wide = random.range(40, 70);
  const deep = random.range(15, 70);
  for (let i = -24; i <= 24; i++) {
    const u = i / 24;
    const spot = childFrame(scene.root, u * wide, y + deep * (1 - u * u));
    pen.canvas.ellipsoid(spot, 1.3, i % 2 === 0 ? 1.3 : 0.8, METAL * 2);
  }
}

/** Plaques along the wall of the aorta or a carotid artery. */
function vessel(pen: Pen, _plate: Plate, random: Random, scene: Scene): void {
  const lateral = scene.spine.view === "lateral";
  const neck = random.chance(0.3);
  const from = neck ? 2.5 : random.range(18, 20);
  const to = neck ? 4.5 : random.range(20.5, 22.6);
  const amount = random.range(0.1, 0.32);
  for (const wall of [0, 1]) {
    const off = neck ? 24 + wall * 5 : random.range(9, 14) + wall * 17;
    let y = yOf(scene, from);
    const end = yOf(scene, to);
    while (y < end) {
      const length = random.range(3, 13);
      if (random.chance(0.6)) {
        const x = (t: number): number => {
          const level = scene.spine.levels.reduce((a, b) => (Math.abs(b.y - t) < Math.abs(a.y - t) ? b : a));
          return level.x + (lateral ? -level.hw - off : off * 0.9 + 4);
        };
        tube(
          pen,
          scene.root,
          [
            [x(y), y, 0.8],
            [x(y) + random.range(-1, 1), y + length / 2, 1.1],
            [x(y), y + length, 0.8],
          ],
          amount,
          0,
          2,
        );
      }
      y += length + random.range(1, 7);
    }
  }
}

/** Beside the spine: gall and kidney stones, calcified nodes, rounded vein stones. */
function stones(pen: Pen, plate: Plate, random: Random, scene: Scene): void {
  const lateral = scene.spine.view === "lateral";
  for (let i = random.integer(1, 5); i > 0; i--) {
    const y = random.range(-0.45, 0.45) * plate.heightMm;
    const x = lateral ? random.range(-110, -45) : random.sign() * random.range(46, 110);
    const r = random.range(1.5, 5);
    const spot = childFrame(scene.root, x, y, random.range(0, 3));
    pen.canvas.ellipsoid(spot, r, r * random.range(0.7, 1), random.range(0.12, 0.4));
    if (random.chance(0.5)) pen.canvas.ellipsoid(spot, r * 0.5, r * 0.4, -0.1);
  }
}

/** Folds of skin and cloth: long faint edges. */
function folds(pen: Pen, plate: Plate, random: Random): void {
  for (let i = random.integer(1, 3); i > 0; i--) {
    const [x, y] = anywhere(random, plate);
    const angle = random.range(-0.7, 0.7) + (random.chance(0.5) ? 1.57 : 0);
    const length = random.range(40, 130);
    const r = Math.max(random.range(1.5, 7), 1 / scaleOf(plate.frame));
    const bow = random.range(-14, 14);
    const [c, s] = [cos(angle), sin(angle)];
    tube(
      pen,
      plate.frame,
      [
        [x - c * length, y - s * length, r],
        [x - s * bow, y + c * bow, r],
        [x + c * length, y + s * length, r * 0.6],
      ],
      random.range(0.02, 0.09),
      0,
      6,
    );
  }
}
