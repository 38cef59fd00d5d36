/** Ribs, clavicles, shoulder blades, breastbone. */
import { T1 } from "../anatomy/vertebrae.ts";
import { childFrame } from "../picture/frame.ts";
import { cos, sin } from "../picture/maths.ts";
import { type At, flatBone, type Pen, tube } from "./pen.ts";
import { axisAt, type Scene, skinOf, yOf } from "./surroundings.ts";

/** Half width and half depth of the loop that a pair of ribs makes, and how far round it goes (radians from the spine). */
const RIBS: readonly (readonly [number, number, number])[] = [
  [52, 32, 2.5],
  [78, 46, 2.6],
  [98, 58, 2.6],
  [112, 68, 2.6],
  [121, 76, 2.6],
  [127, 82, 2.5],
  [131, 86, 2.45],
  [134, 88, 2.3],
  [135, 88, 2.1],
  [132, 86, 1.9],
  [116, 80, 1.45],
  [92, 68, 0.95],
];

export function paintRibs(pen: Pen, scene: Scene): void {
  const { root, spine, patient, random } = scene;
  const lateral = spine.view === "lateral";
  const girth = 0.6 + 0.4 * patient.girth;
  const slope = random.range(0.85, 1.2);
  const d = patient.density * (lateral ? 0.55 : 0.75);
  const short = random.range(0.6, 1.1);
  for (const side of [-1, 1])
    RIBS.forEach(([width, depth, arc], i) => {
      const level = spine.levels[T1 + i];
      const drop = (34 + i * 6) * slope;
      const a = width * girth;
      const b = depth * girth;
      const end = i === 11 ? arc * short : arc;
      const points: At[] = [];
      for (let k = 0; k <= 12; k++) {
        const angle = 0.1 + ((end - 0.1) * k) / 12;
        const across = side * a * sin(angle) + (k === 0 ? side * 6 : 0);
        const forward = b * (1 - cos(angle)) - level.hw * 0.2 - 14 * sin(angle) * (angle < 1.2 ? 1 : 0.8);
        const y = level.y - level.hh * 0.7 + drop * (1 - cos(angle)) * 0.62 - 5 * sin(angle);
        const x = lateral ? level.x + level.hw * 0.9 + 4 - forward + side * 3 : level.x + across;
        // Cartilage begins where the bone fades.
        points.push([
          x,
          y + (lateral ? side * 2.5 : 0),
          (i === 0 ? 5.6 : 4.8 - k * 0.09) * (i > 9 && k > 10 ? 0.7 : 1),
        ]);
      }
      const bony = i < 10 ? points.slice(0, 12) : points;
      tube(pen, root, bony, 0.085 * d, 0.65, 2);
    });
}

export function paintShoulders(pen: Pen, scene: Scene): void {
  const { root, spine, patient, random } = scene;
  const y = (level: number): number => yOf(scene, level);
  const axis = axisAt(scene, 0.5)(y(9));
  const d = patient.density;
  if (spine.view === "lateral") {
    const lift = random.range(0, 25);
    for (const side of [-1, 1])
      flatBone(
        pen,
        root,
        [
          [axis + 20 + side * 6, y(8) - lift],
          [axis + 62 + side * 8, y(9) - lift],
          [axis + 56 + side * 6, y(14) - lift],
          [axis + 44 + side * 6, y(14.5) - lift],
        ],
        0.05 * d,
        0.06 * d,
        2.5,
      );
    const skin = skinOf(scene);
    const sternum = (at: number): number => axisAt(scene, 0.8)(y(at)) - skin.front(y(at)) + 17;
    tube(
      pen,
      root,
      [
        [sternum(10.3) + 4, y(10.3), 6],
        [sternum(12.5), y(12.5), 5.5],
        [sternum(15), y(15), 4.5],
      ],
      0.12 * d,
      0.6,
    );
    return;
  }
  const high = random.range(-14, 10);
  for (const side of [-1, 1]) {
    tube(
      pen,
      root,
      [
        [axis + side * 15, y(9.3), 8],
        [axis + side * 55, y(8.7) + high * 0.3, 6],
        [axis + side * 100, y(8.4) + high, 5.5],
        [axis + side * 148, y(8.2) + high, 6.5],
      ],
      0.2 * d,
      0.9,
    );
    // Head and shaft of the humerus hide the clavicle's end.
    const arm = random.range(-12, 16);
    const head = childFrame(root, axis + side * 165, y(9.4) + high);
    pen.canvas.ellipsoid(head, 24, 25, 0.4 * d);
    tube(
      pen,
      root,
      [
        [axis + side * 166, y(9.8) + high, 17],
        [axis + side * 205, y(10.8) + arm + high, 12],
        [axis + side * 330, y(13) + arm * 4 + high, 11],
      ],
      0.2 * d,
      1,
    );
    flatBone(
      pen,
      root,
      [
        [axis + side * 98, y(8.6) + high],
        [axis + side * 142, y(8.8) + high],
        [axis + side * 150, y(10.4) + high],
        [axis + side * 112, y(15) + high],
        [axis + side * 100, y(14.4) + high],
      ],
      0.1 * d,
      0.1 * d,
      2.5,
    );
  }
}
