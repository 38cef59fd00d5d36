/** Where the tags of boxes go: inside the picture, on no other tag, and on as few boxes as can be. */
import { overlap, type Point, type Rect } from "./scene.ts";

export interface TagSize {
  readonly width: number;
  readonly height: number;
}

export interface PlacedTag {
  readonly rect: Rect;
  /** Which of the sizes was taken. */
  readonly variant: number;
  /** From the tag to its box, where the tag is not beside it. */
  readonly leader: readonly [Point, Point] | null;
}

/** Where a tag would hide more of boxes, as the sum of their hidden shares, a smaller variant or a place further away is better. */
const TOLERATED = 0.3;
const RINGS = 6;

/**
 * One tag per box, in the order given: the first have the choice. Each takes the first variant (largest first) that has a
 * free place beside its box, otherwise the smallest at some distance with a leader, otherwise where it overlaps least.
 * @param variants sizes of each box's tag, the preferred first; none empty
 */
export function placeTags(
  boxes: readonly Rect[],
  variants: readonly (readonly TagSize[])[],
  area: Rect,
  gap: number,
): PlacedTag[] {
  const placed: PlacedTag[] = [];
  for (const [i, box] of boxes.entries()) {
    const judge = (rect: Rect, price: number): Judged => {
      const tags = placed.reduce((sum, tag) => sum + overlap(rect, tag.rect), 0) / (rect.width * rect.height);
      const hidden = boxes.reduce(
        (sum, any) => sum + overlap(rect, any) / Math.max(1, any.width * any.height),
        0,
      );
      return { rect, free: tags === 0 && hidden <= TOLERATED, cost: 100 * tags + 3 * hidden + price };
    };
    placed.push(choose(box, variants[i], area, gap, judge));
  }
  return placed;
}

interface Judged {
  readonly rect: Rect;
  readonly free: boolean;
  readonly cost: number;
}

function choose(
  box: Rect,
  sizes: readonly TagSize[],
  area: Rect,
  gap: number,
  judge: (rect: Rect, price: number) => Judged,
): PlacedTag {
  const judged = (size: TagSize, corners: readonly Point[]): Judged =>
    corners
      .map((corner, order) => judge(inside({ ...corner, ...size }, area), 0.02 * order))
      .reduce((best, candidate) => (candidate.cost < best.cost ? candidate : best));
  let least: { judged: Judged; variant: number } | null = null;
  for (const [variant, size] of sizes.entries()) {
    const best = judged(size, beside(box, size, gap));
    if (best.free) return { rect: best.rect, variant, leader: null };
    if (least === null || best.cost < least.judged.cost) least = { judged: best, variant };
  }
  const variant = sizes.length - 1;
  const far = judged(sizes[variant], around(box, sizes[variant]));
  if (far.free) return { rect: far.rect, variant, leader: leader(far.rect, box) };
  return { rect: least!.judged.rect, variant: least!.variant, leader: null };
}

/** Top left corners of tags that touch the box, best first. */
function beside(box: Rect, { width, height }: TagSize, gap: number): Point[] {
  const [right, bottom] = [box.x + box.width, box.y + box.height];
  const [above, below, after, before] = [
    box.y - height - gap,
    bottom + gap,
    right + gap,
    box.x - width - gap,
  ];
  return [
    { x: box.x - gap, y: above },
    { x: right + gap - width, y: above },
    { x: box.x - gap, y: below },
    { x: right + gap - width, y: below },
    { x: after, y: box.y },
    { x: before, y: box.y },
    { x: after, y: bottom - height },
    { x: before, y: bottom - height },
    { x: box.x + gap, y: box.y + gap },
    { x: right - gap - width, y: bottom - gap - height },
  ];
}

/** Top left corners on rings around the box, nearest first. */
function around(box: Rect, { width, height }: TagSize): Point[] {
  const corners: Point[] = [];
  for (let ring = 1; ring <= RINGS; ring++) {
    const reach = 1.2 * ring * height;
    for (let k = 0; k < 16; k++) {
      const angle = (k / 16) * 2 * Math.PI;
      corners.push({
        x: box.x + box.width / 2 + Math.cos(angle) * (box.width / 2 + reach + width / 2) - width / 2,
        y: box.y + box.height / 2 + Math.sin(angle) * (box.height / 2 + reach) - height / 2,
      });
    }
  }
  return corners;
}

/** Moved into the area; left and top win where it is too large. */
function inside(rect: Rect, area: Rect): Rect {
  const x = Math.max(area.x, Math.min(rect.x, area.x + area.width - rect.width));
  const y = Math.max(area.y, Math.min(rect.y, area.y + area.height - rect.height));
  return { ...rect, x, y };
}

/** Between the nearest points of both; null where they touch. */
function leader(tag: Rect, box: Rect): readonly [Point, Point] | null {
  const near = (at: number, from: number, length: number): number =>
    Math.max(from, Math.min(at, from + length));
  const centre = { x: tag.x + tag.width / 2, y: tag.y + tag.height / 2 };
  const to = { x: near(centre.x, box.x, box.width), y: near(centre.y, box.y, box.height) };
  const from = { x: near(to.x, tag.x, tag.width), y: near(to.y, tag.y, tag.height) };
  return from.x === to.x && from.y === to.y ? null : [from, to];
}
