/** Lesions that add or take bone: spurs, filled foramina, dense and dissolved spots, calcification. */
import type { Level, Spur } from "../anatomy/spine.ts";
import { spurPoints } from "../painters/body.ts";
import { scaleOf, toPixel } from "../picture/frame.ts";
import { mix } from "../picture/maths.ts";
import { discFrame, judged, place, pointsOf, type Surgery, shuffle } from "./sites.ts";

/**
 * Up to `count` places of spurs: the facing corners of two bodies, on one side. Two places in three have a spur on both
 * plates. One box per place, around its spurs.
 */
export function addSpurs(surgery: Surgery, count: number): void {
  const { random, spine, taken, part } = surgery;
  const lateral = spine.view === "lateral";
  const levels = judged(surgery).filter(
    ({ index }) =>
      index >= 2 &&
      index + 1 < spine.levels.length &&
      !(index === 23 && !lateral) &&
      !taken.has(index) &&
      !taken.has(index + 1),
  );
  // Spurs cluster around one disc.
  const focus = random.range(0, levels.length);
  const places = levels
    .flatMap((level, at) =>
      ([-1, 1] as const).map((side) => ({
        level,
        side,
        rank: Math.abs(at - focus) * 0.7 + random.range(0, 3) + (lateral && side > 0 ? 4 : 0),
      })),
    )
    .sort((a, b) => a.rank - b.rank);
  const grade = random.range(part === "whole" ? 0.65 : 0, 1);
  let placed = 0;
  for (const { level, side } of places) {
    if (placed >= count) return;
    const below = spine.levels[level.index + 1];
    const own = Math.min(1, Math.max(0, grade + random.normal(0, 0.18)));
    const plates = random.weighted({ both: 66, upper: 18, lower: 16 });
    const spur = (target: Level, plate: "top" | "bottom"): Spur => {
      const room = level.disc * 0.42;
      const length = mix(0.26, 0.54, own) * Math.min(target.hh, 14) * random.range(0.9, 1.2);
      return {
        side,
        plate,
        length,
        base: Math.min(target.hh * 0.75, length * random.range(0.9, 1.4) + 1),
        rise: Math.min(random.range(-0.1, 0.75), room / length),
      };
    };
    const spurs: [Level, Spur][] = [];
    if (plates !== "lower") spurs.push([level, spur(level, "bottom")]);
    if (plates !== "upper") spurs.push([below, spur(below, "top")]);
    const points = spurs.flatMap(([target, one]) => pointsOf(surgery, target, spurPoints(target, one)));
    if (!place(surgery, "Osteophytes", points)) continue;
    for (const [target, one] of spurs) target.spurs.push(one);
    placed++;
  }
}

/** Facets and plates grow into a foramen (lateral views). The box is the foramen between its pedicles. */
export function addFilledForamen(surgery: Surgery): boolean {
  const { random, spine, taken } = surgery;
  const order = shuffle(
    random,
    judged(surgery).filter(
      ({ index }) =>
        index >= 2 && index + 1 < spine.levels.length && !taken.has(index) && !taken.has(index + 1),
    ),
  );
  const grade = random.range(0.55, 1);
  for (const above of order) {
    const below = spine.levels[above.index + 1];
    const k = above.region === "cervical" ? 0.6 : above.hh / 14;
    const f = discFrame(surgery, above, below);
    const hw = (above.hw + below.hw) / 2;
    const half = (above.hh + below.hh) * 0.5 + above.disc / 2 - (above.hh * 0.35 + 1);
    const points = [hw - 2 * k, hw + 13 * k].flatMap((x) =>
      [-half * 0.72, half * 0.78].map((y) => toPixel(f, x, y)),
    );
    if (!place(surgery, "Foraminal stenosis", points)) continue;
    const scale = scaleOf(f);
    const add = (path: readonly (readonly [number, number, number])[], amount: number): void => {
      surgery.additions.push({
        kind: "tube",
        knots: path.map(([x, y, r]) => ({ ...toPixel(f, x, y), r: r * scale })),
        amount: amount * above.density,
        wall: 0.05 * above.density,
      });
    };
    // The upper facet of the lower vertebra, swollen, reaches forward and up; ridges come from the plates.
    add(
      [
        [hw + 11 * k, half * 0.62, 3 * k],
        [hw + 9 * k, half * 0.25, 4.4 * k],
        [hw + 7.5 * k, -half * 0.1, (3.6 + 1.8 * grade) * k],
        [hw + 7 * k, -half * 0.5, 2.4 * k],
      ],
      0.34 * grade,
    );
    add(
      [
        [hw - 1.5 * k, above.disc * 0.15, 4 * k],
        [hw + 1.5 * k * grade, 0, 3.6 * k],
        [hw + 5 * k * grade, -above.disc * 0.1, 1.8 * k],
      ],
      0.3 * grade,
    );
    return true;
  }
  return false;
}

/** A dense or dissolved spot in a body, a calcified disc, or a calcified ligament behind or in front. */
export function addOther(surgery: Surgery): boolean {
  const { random, spine, taken, part } = surgery;
  const lateral = spine.view === "lateral";
  const whole = part === "whole";
  const kind = random.weighted({ sclerotic: 5, lytic: 2, disc: 1.5, ligament: lateral ? 2.5 : 0.5 });
  const order = shuffle(
    random,
    judged(surgery).filter(({ index }) => index >= 2 && index + 1 < spine.levels.length && !taken.has(index)),
  );
  const r = random.range(0.24, 0.5) * (whole ? 1.35 : 1);
  const [u, v] = [random.range(-0.5, 0.5), random.range(-0.4, 0.4)];
  const amount = random.range(0.24, 0.55) * (whole ? 1.3 : 1);
  const flat = random.range(0.75, 1);
  for (const level of order) {
    const below = spine.levels[level.index + 1];
    const frame = discFrame(surgery, level, below);
    const scale = scaleOf(frame);
    if (kind === "sclerotic" || kind === "lytic") {
      const radius = r * level.hh * (kind === "lytic" ? 1.15 : 1);
      const centre: [number, number] = [u * level.hw, v * level.hh];
      const points = pointsOf(
        surgery,
        level,
        [-1, 1].flatMap((i) =>
          [-1, 1].map((j): [number, number] => [centre[0] + i * radius, centre[1] + j * radius * flat]),
        ),
      );
      if (!place(surgery, "Other lesions", points)) continue;
      const [middle] = pointsOf(surgery, level, [centre]);
      const rp = radius * scale;
      surgery.additions.push({
        kind: "patch",
        knots: [{ ...middle, r: rp }],
        amount: kind === "lytic" ? -0.18 - amount * 0.5 : amount,
      });
      if (kind === "lytic") {
        const [a, b] = pointsOf(surgery, level, [
          [centre[0] - 0.3, centre[1]],
          [centre[0] + 0.3, centre[1]],
        ]);
        surgery.additions.push({
          kind: "tube",
          knots: [a, b].map((point) => ({ ...point, r: rp })),
          amount: 0,
          wall: 0.26,
        });
      }
      return true;
    }
    const x = kind === "disc" ? u * level.hw * 0.6 : lateral ? (u < 0 ? -level.hw - 3.2 : level.hw + 26) : 0;
    const long = kind === "disc" ? level.hw * 0.45 : level.hh * 0.75;
    const thick = kind === "disc" ? Math.max(level.disc * 0.3, 1.3) : 2.3 * (whole ? 1.4 : 1);
    const lumps = [0.5, 1, 0.7, 1, 0.8, 0.45];
    const path = [-1, -0.62, -0.2, 0.24, 0.66, 1].map((t): [number, number] => {
      const off = (t * t - 0.5) * thick * 0.6;
      return kind === "disc" ? [x + t * long, off] : [x + off, t * long];
    });
    const points = path.flatMap(([px, py]) => [
      toPixel(frame, px - thick, py - thick),
      toPixel(frame, px + thick, py + thick),
    ]);
    if (!place(surgery, "Other lesions", points)) continue;
    surgery.additions.push({
      kind: "tube",
      knots: path.map(([px, py], i) => ({
        ...toPixel(frame, px, py),
        r: thick * lumps[i] * scale,
      })),
      amount: amount * 1.1,
      wall: 0.06,
    });
    return true;
  }
  return false;
}
