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
