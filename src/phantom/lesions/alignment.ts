/** Lesions that change the outline or the place of vertebrae: slips, collapses, narrow discs. */
import type { Level } from "../anatomy/spine.ts";
import { toPixel } from "../picture/frame.ts";
import { cos, mix, sin } from "../picture/maths.ts";
import { discFrame, judged, place, pointsOf, type Surgery, shuffle } from "./sites.ts";

const corners = (level: Level, top: number, bottom: number): [number, number][] => [
  [-level.hw, top],
  [level.hw, top],
  [-level.hw, bottom],
  [level.hw, bottom],
];

/**
 * A body slips forward (seldom back) on the one below by 14 to 42 % of its depth; those above follow, less and less, as the
 * patient makes up for it. The box reaches from the middle of the upper to the middle of the lower body.
 */
export function addSlip(surgery: Surgery): boolean {
  const { random, spine, taken } = surgery;
  const candidates = judged(surgery).filter(
    ({ index, region }) =>
      index + 1 < spine.levels.length &&
      (region === "lumbar" || (region === "cervical" && index >= 2 && index <= 5)) &&
      !taken.has(index) &&
      !taken.has(index + 1),
  );
  const favoured = candidates.filter(({ name }) => name === "L4" || name === "L5" || name === "C4");
  const order = [...shuffle(random, favoured), ...shuffle(random, candidates)];
  const share = mix(0.14, 0.42, random.unit() * random.unit() + random.unit() * 0.25);
  const forward = random.chance(0.87) ? -1 : 1;
  for (const level of order) {
    const slip = forward * share * (forward < 0 ? 1 : 0.7) * 2 * level.hw;
    const below = spine.levels[level.index + 1];
    const moved: Level = {
      ...level,
      x: level.x + slip * cos(level.angle),
      y: level.y + slip * sin(level.angle),
    };
    const points = [
      ...pointsOf(surgery, moved, corners(level, 0, level.hh)),
      ...pointsOf(surgery, below, corners(below, -below.hh, 0)),
    ];
    if (!place(surgery, "Spondylolysthesis", points)) continue;
    for (let i = level.index; i >= 0 && level.index - i < 5; i--) {
      const follow = 1 - (level.index - i) / 5;
      spine.levels[i].x += slip * follow * cos(level.angle);
      spine.levels[i].y += slip * follow * sin(level.angle);
    }
    taken.add(level.index).add(below.index);
    return true;
  }
  return false;
}

/**
 * A body loses a quarter to two thirds of its height: in front (wedge, lateral views), in the middle (biconcave), or all over
 * (crush). The neighbours' plates follow by half, so that the discs next to it are wide. The box is the body's old outline.
 */
export function addCollapse(surgery: Surgery): boolean {
  const { random, spine, taken, part } = surgery;
  const candidates = judged(surgery).filter(
    ({ index, region }) =>
      index >= (part === "cervical" ? 3 : 9) &&
      region !== "sacral" &&
      [index - 1, index, index + 1].every((i) => !taken.has(i)),
  );
  const favoured = candidates.filter(({ name }) => ["T11", "T12", "L1", "L2"].includes(name));
  const order = [...shuffle(random, favoured.slice(0, random.integer(0, 4))), ...shuffle(random, candidates)];
  const lateral = spine.view === "lateral";
  const kind = random.weighted({ wedge: lateral ? 5 : 1, biconcave: 3, crush: lateral ? 2 : 4 });
  const share = random.range(0.3, 0.62);
  const upper = random.range(0.6, 0.85);
  const tilt = random.range(0.15, 0.4);
  const sclerosis = random.range(0, 0.5);
  const side = random.sign();
  for (const level of order) {
    const points = pointsOf(surgery, level, corners(level, -level.hh, level.hh));
    if (!place(surgery, "Vertebral collapse", points)) continue;
    const loss = share * 2 * level.hh;
    const shape = {
      wedge: lateral ? [1, 0.62, 0.12] : side < 0 ? [1, 0.7, 0.3] : [0.3, 0.7, 1],
      biconcave: [tilt, 1.05, tilt],
      crush: [0.95, 1, 0.75],
    }[kind];
    const press = (target: Level, which: "top" | "bottom", amount: number): void => {
      const plate = target[which];
      plate.left += shape[0] * amount;
      plate.middle += shape[1] * amount;
      plate.right += shape[2] * amount;
    };
    press(level, "top", loss * upper);
    press(level, "bottom", loss * (1 - upper));
    press(spine.levels[level.index - 1], "bottom", -loss * upper * 0.45);
    press(spine.levels[level.index + 1], "top", -loss * (1 - upper) * 0.45);
    // The same bone in less room, and new bone along the broken plates.
    level.density *= 1 + share * 0.35;
    level.top.sclerosis += sclerosis;
    taken.add(level.index);
    return true;
  }
  return false;
}

/**
 * A disc loses 45 to 85 % of its height; the plates flatten, and bone beside them may be denser. The box is the disc with a
 * strip of both bodies.
 */
export function addNarrowDisc(surgery: Surgery): boolean {
  const { random, spine, taken } = surgery;
  const levels = judged(surgery);
  const order = shuffle(
    random,
    levels.filter(
      ({ index }) =>
        index >= 2 && index + 1 < spine.levels.length && !taken.has(index) && !taken.has(index + 1),
    ),
  ).sort((a, b) => Number(b.name === "L4" || b.name === "C5") - Number(a.name === "L4" || a.name === "C5"));
  const pool = random.chance(0.25) ? order : shuffle(random, order);
  const share = random.range(0.45, 0.85);
  const sclerosis = random.chance(0.65) ? random.range(0.1, 0.8) : 0;
  for (const above of pool) {
    const below = spine.levels[above.index + 1];
    const frame = discFrame(surgery, above, below);
    const hw = Math.max(above.hw, below.hw);
    const reach = above.disc / 2 + 0.12 * (above.hh + below.hh);
    const points = [-hw, hw].flatMap((x) => [-reach, reach].map((y) => toPixel(frame, x, y)));
    if (!place(surgery, "Disc space narrowing", points)) continue;
    const step = (share * above.disc) / 2;
    for (const plate of [above.bottom, below.top]) {
      plate.left -= step;
      plate.right -= step;
      plate.middle = plate.middle * 0.35 - step;
      plate.sclerosis += sclerosis;
    }
    return true;
  }
  return false;
}
