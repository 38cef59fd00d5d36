/** Where a lesion may be: levels and discs whose box lies in the open field. Every place is used for one lesion only. */
import type { Box } from "../../metrics/boxes.ts";
import type { LesionClass } from "../../vindr-spinexr.ts";
import { type Level, levelFrame, type Spine } from "../anatomy/spine.ts";
import { childFrame, type Frame, scaleOf, toPixel } from "../picture/frame.ts";
import type { Random } from "../random.ts";
import type { Part } from "../view.ts";
import { boxAround, overlap, type PlacedLesion, within } from "./box.ts";

/** What a lesion's painter adds to the picture after the bones: metal or bone in pixels of the picture. */
export interface Addition {
  readonly kind: "tube" | "patch";
  /** x, y, radius; of a patch the axes are the first knot's radius, and `grain` roughens it. */
  readonly knots: readonly { readonly x: number; readonly y: number; readonly r: number }[];
  readonly amount: number;
  readonly wall?: number;
}

export interface Surgery {
  readonly random: Random;
  readonly part: Part;
  readonly spine: Spine;
  readonly root: Frame;
  /** Boxes must lie in here. */
  readonly open: Box;
  readonly lesions: PlacedLesion[];
  readonly additions: Addition[];
  /** Levels that an implant or a collapse occupies. */
  readonly taken: Set<number>;
}

/** Pixels that a reader leaves around a finding: more on a plate that shows more. */
export function margin({ root, open }: Surgery): number {
  return 1.2 * scaleOf(root) + 0.0045 * Math.max(open[2] - open[0], open[3] - open[1]);
}

/** Levels that can be judged in this view: not those behind shoulders or skull. */
export function judged({ spine, part }: Surgery): readonly Level[] {
  const lateral = spine.view === "lateral";
  const [first, last] = {
    cervical: lateral ? [1, 6] : [2, 7],
    thoracic: lateral ? [10, 19] : [7, 19],
    lumbar: [17, 24],
    whole: lateral ? [11, 24] : [8, 23],
  }[part];
  return spine.levels.slice(first, last + 1);
}

/** Adds the lesion when its box lies in the open field and apart from others of its type. */
export function place(
  surgery: Surgery,
  type: LesionClass,
  points: readonly { x: number; y: number }[],
): boolean {
  const box = boxAround(points, margin(surgery));
  if (!within(box, surgery.open)) return false;
  if (surgery.lesions.some((other) => other.type === type && overlap(other.box, box) > 0.2)) return false;
  surgery.lesions.push({ type, box });
  return true;
}

/** Points of a level's frame, [x, y] in millimetres, in pixels. */
export function pointsOf(
  { root }: Surgery,
  level: Level,
  points: readonly (readonly [number, number])[],
): { x: number; y: number }[] {
  const frame = levelFrame(root, level);
  return points.map(([x, y]) => toPixel(frame, x, y));
}

/** The frame in the middle of the disc between two levels. */
export const discFrame = ({ root }: Surgery, above: Level, below: Level): Frame =>
  childFrame(root, (above.x + below.x) / 2, (above.y + below.y) / 2, (above.angle + below.angle) / 2);

export function shuffle<T>(random: Random, list: readonly T[]): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}
