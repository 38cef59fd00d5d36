/** What the painters around the spine know: one person in one view, and where levels lie. */
import type { Patient } from "../anatomy/patient.ts";
import type { Spine } from "../anatomy/spine.ts";
import type { Frame } from "../picture/frame.ts";
import { interpolate } from "../picture/maths.ts";
import type { Random } from "../random.ts";

export interface Scene {
  readonly spine: Spine;
  readonly patient: Patient;
  readonly root: Frame;
  readonly random: Random;
}

/** y of a level's middle; fractions lie between two levels. */
export function yOf({ spine }: Scene, level: number): number {
  const low = Math.floor(level);
  const high = Math.min(low + 1, spine.levels.length - 1);
  return spine.levels[low].y + (spine.levels[high].y - spine.levels[low].y) * (level - low);
}

/** x of the spine's middle at a height, less curved than the spine itself. */
export function axisAt({ spine }: Scene, share: number): (y: number) => number {
  const knots = spine.levels.map((level): [number, number] => [level.y, level.x * share]);
  return (y) => interpolate(knots, y);
}

/** Level, half width, millimetres before and behind the middle of the body. */
const OUTLINE: readonly (readonly [number, number, number, number])[] = [
  [0, 66, 78, 72],
  [2, 56, 50, 58],
  [5, 62, 46, 62],
  [7, 118, 58, 70],
  [9.5, 172, 88, 64],
  [12, 166, 122, 60],
  [16, 156, 132, 60],
  [19, 148, 130, 62],
  [22, 152, 126, 64],
  [24, 174, 118, 74],
];

export interface Skin {
  /** Millimetres at a height: half of the width, and from the spine's axis to the front and to the back. */
  a(y: number): number;
  front(y: number): number;
  back(y: number): number;
}

export function skinOf(scene: Scene): Skin {
  const { girth } = scene.patient;
  const rows = OUTLINE.map(([level, a, front, back]) => ({ y: yOf(scene, level), a, front, back }));
  const last = rows[rows.length - 1];
  rows.push({ y: last.y + 110, a: 186, front: 104, back: 92 });
  rows.unshift({ y: rows[0].y - 60, a: 78, front: 105, back: 92 });
  const curve = (key: keyof Skin): ((y: number) => number) => {
    const factor = key === "a" ? girth : 0.3 + 0.7 * girth;
    const knots = rows.map((row): [number, number] => [row.y, row[key] * factor]);
    return (y) => interpolate(knots, y);
  };
  return { a: curve("a"), front: curve("front"), back: curve("back") };
}
