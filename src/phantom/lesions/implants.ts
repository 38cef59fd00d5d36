/** Metal on purpose: screws and rods, plates, cages. One box per construct, around all of its metal. */
import type { Level } from "../anatomy/spine.ts";
import { levelFrame } from "../anatomy/spine.ts";
import { METAL } from "../painters/pen.ts";
import { childFrame, type Frame, scaleOf, toPixel } from "../picture/frame.ts";
import { type Addition, discFrame, judged, place, type Surgery } from "./sites.ts";

export function addImplant(surgery: Surgery): boolean {
  const { random, taken, part } = surgery;
  const levels = judged(surgery).filter(
    ({ index, region }) => index >= 2 && region !== "sacral" && !taken.has(index),
  );
  if (levels.length < 2) return false;
  const kind =
    part === "cervical"
      ? random.weighted({ plate: 6, cage: 2, screws: 3 })
      : random.weighted({ plate: 0, cage: 2, screws: 8 });
  for (let attempt = 0; attempt < 8; attempt++) {
    const most = kind === "cage" ? 2 : kind === "plate" ? 4 : part === "whole" ? 9 : 5;
    const count = Math.min(levels.length, random.integer(2, most));
    const first = random.integer(0, levels.length - count);
    const chosen = levels.slice(first, first + count);
    const last = chosen[count - 1];
    if (last.index - chosen[0].index !== count - 1) continue;
    const metal =
      kind === "screws" ? screwsAndRods(surgery, chosen) : kind === "plate" ? plate(surgery, chosen) : [];
    if (kind === "cage" || (kind === "screws" && part !== "whole" && random.chance(0.35)))
      metal.push(...cage(surgery, chosen[count - 2], last));
    const points = metal.flatMap(({ knots }) =>
      knots.flatMap(({ x, y, r }) => [
        { x: x - r, y: y - r },
        { x: x + r, y: y + r },
      ]),
    );
    if (!place(surgery, "Surgical implant", points)) continue;
    surgery.additions.push(...metal);
    for (let i = chosen[0].index; i <= last.index; i++) taken.add(i);
    return true;
  }
  return false;
}

/** A threaded shaft: its radius goes up and down along its length. */
function screw(
  frame: Frame,
  from: readonly [number, number],
  to: readonly [number, number],
  radius: number,
): Addition {
  const turns = 14;
  const scale = scaleOf(frame);
  const knots = Array.from({ length: turns * 2 + 1 }, (_, i) => {
    const t = i / (turns * 2);
    const r = radius * (1 - 0.25 * t) * (i % 2 === 0 ? 1 : 0.78);
    return {
      ...toPixel(frame, from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t),
      r: Math.max(r * scale, 0.7),
    };
  });
  return { kind: "tube", knots, amount: METAL * radius * 2 };
}

function bar(
  knots: readonly { frame: Frame; x: number; y: number }[],
  radius: number,
  amount = METAL * radius * 2,
): Addition {
  return {
    kind: "tube",
    knots: knots.map(({ frame, x, y }) => ({
      ...toPixel(frame, x, y),
      r: Math.max(radius * scaleOf(frame), 0.7),
    })),
    amount,
  };
}

function screwsAndRods({ random, spine, root }: Surgery, levels: readonly Level[]): Addition[] {
  const lateral = spine.view === "lateral";
  const cervical = levels[0].region === "cervical";
  const metal: Addition[] = [];
  const gauge = cervical ? 1.6 : random.range(2.1, 3);
  const rodGauge = cervical ? 1.6 : random.range(2.2, 3.1);
  const depth = random.range(0.5, 0.85);
  const skip = levels.length > 4 ? random.range(0, 0.5) : 0;
  for (const side of [-1, 1]) {
    const heads: { frame: Frame; x: number; y: number }[] = [];
    levels.forEach((level, i) => {
      const base = levelFrame(root, level);
      const frame = lateral ? childFrame(base, side * 0.8, side * 1.4) : base;
      const { hw, hh } = level;
      const head = lateral
        ? { x: cervical ? hw + 12 : hw + 17 * (hh / 14), y: cervical ? -hh * 0.1 : -hh * 0.36 }
        : { x: side * hw * (cervical ? 1.35 : 0.74), y: -hh * 0.2 };
      heads.push({ frame, ...head });
      const used = i === 0 || i === levels.length - 1 || !random.chance(skip);
      if (!used) return;
      const tip: [number, number] = lateral
        ? cervical
          ? [hw + 1, -hh * 0.5]
          : [hw - depth * 2 * hw, -hh * 0.3]
        : [side * hw * (cervical ? 1.7 : 0.28), cervical ? -hh * 0.6 : -hh * 0.12];
      metal.push(screw(frame, [head.x, head.y], tip, gauge));
      const long = lateral ? gauge * 1.6 : 0.4;
      metal.push(
        bar(
          [
            { frame, x: head.x - long, y: head.y },
            { frame, x: head.x + long, y: head.y },
          ],
          gauge * 1.7,
          METAL * gauge * 4,
        ),
      );
    });
    const first = heads[0];
    const last = heads[heads.length - 1];
    metal.push(
      bar(
        [
          { ...first, y: first.y - 7 * (cervical ? 0.5 : 1) },
          ...heads,
          { ...last, y: last.y + 7 * (cervical ? 0.5 : 1) },
        ],
        rodGauge,
      ),
    );
  }
  if (!lateral && levels.length > 3 && random.chance(0.5)) {
    const frame = levelFrame(root, levels[Math.floor(levels.length / 2)]);
    const x = levels[0].hw * 0.74;
    const y = levels[0].hh * 0.9;
    metal.push(
      bar(
        [
          { frame, x: -x, y },
          { frame, x, y },
        ],
        rodGauge * 0.8,
      ),
    );
  }
  return metal;
}

/** In front of cervical bodies: a thin strip from the side, a ladder from the front. */
function plate({ random, spine, root }: Surgery, levels: readonly Level[]): Addition[] {
  const metal: Addition[] = [];
  const lateral = spine.view === "lateral";
  const half = random.range(6.5, 8.5);
  const first = levels[0];
  const last = levels[levels.length - 1];
  const ends = levels.flatMap((level, i) => {
    const frame = levelFrame(root, level);
    const y0 = i === 0 ? 0.1 * first.hh : -level.hh;
    const y1 = i === levels.length - 1 ? -0.1 * last.hh : level.hh;
    return [
      { frame, y: y0, hw: level.hw },
      { frame, y: y1, hw: level.hw },
    ];
  });
  if (lateral)
    metal.push(
      bar(
        ends.map(({ frame, y, hw }) => ({ frame, x: -hw - 1.8, y })),
        1.25,
        METAL * 9,
      ),
    );
  else {
    for (const side of [-1, 1])
      metal.push(
        bar(
          ends.map(({ frame, y }) => ({ frame, x: side * half, y })),
          1.5,
          METAL * 2.4,
        ),
      );
    for (const { frame, y } of ends)
      metal.push(
        bar(
          [
            { frame, x: -half, y },
            { frame, x: half, y },
          ],
          1.5,
          METAL * 2.4,
        ),
      );
  }
  for (const level of levels) {
    const frame = levelFrame(root, level);
    const y = level === first ? 0.3 * level.hh : level === last ? -0.3 * level.hh : 0;
    if (lateral) {
      metal.push(screw(frame, [-level.hw - 1.5, y], [level.hw * 0.45, y - 1.5], 1.5));
      continue;
    }
    for (const side of [-1, 1]) {
      metal.push(screw(frame, [side * half, y], [side * half * 0.6, y - 3], 1.5));
      metal.push(
        bar(
          [
            { frame, x: side * half - 0.2, y },
            { frame, x: side * half + 0.2, y },
          ],
          2.2,
          METAL * 6,
        ),
      );
    }
  }
  return metal;
}

/** Between two bodies: a box of mesh, or marker pins in a plastic that casts no shadow. */
function cage(surgery: Surgery, above: Level, below: Level): Addition[] {
  const { random } = surgery;
  const frame = discFrame(surgery, above, below);
  const hw = above.hw * random.range(0.5, 0.68);
  const h = above.disc * 0.5 + 1;
  const r = Math.max(0.8, above.hh / 16);
  const metal: Addition[] = [];
  const line = (x0: number, y0: number, x1: number, y1: number, amount: number): void => {
    metal.push(
      bar(
        [
          { frame, x: x0, y: y0 },
          { frame, x: x1, y: y1 },
        ],
        r,
        amount,
      ),
    );
  };
  const solid = random.chance(0.6);
  const amount = METAL * r * (solid ? 3 : 4.5);
  for (const side of [-1, 1]) line(side * hw, -h, side * hw, h, amount);
  if (solid) {
    for (const side of [-1, 1]) line(-hw, side * h, hw, side * h, amount);
    for (let i = -2; i <= 2; i++) line((i * hw) / 3, -h, (i * hw) / 3 + hw / 6, h, amount * 0.6);
  } else line(0, -h, 0, h, amount);
  return metal;
}
