/** Pedicles, articular processes, foramina and spinous processes from the side. Both sides are painted, not quite congruent. */
import type { Level } from "../anatomy/spine.ts";
import { childFrame, type Frame } from "../picture/frame.ts";
import { flatBone, type Pen, tube } from "./pen.ts";

export function paintPosteriorLateral(pen: Pen, frame: Frame, level: Level): void {
  if (level.index === 0) atlas(pen, frame, level);
  else {
    for (const side of [-1, 1]) {
      const offset = childFrame(
        frame,
        side * (0.7 + Math.abs(level.twist) * level.beam * 0.5),
        side * level.tilt * 6,
      );
      if (level.region === "cervical") cervicalArch(pen, offset, level);
      else arch(pen, offset, level);
    }
    spinous(pen, frame, level);
    if (level.index === 1) dens(pen, frame, level);
  }
}

/** Half of the pedicles, pars and facets of a thoracic or lumbar vertebra. */
function arch(pen: Pen, frame: Frame, level: Level): void {
  const { hw, hh, density } = level;
  const lumbar = level.region !== "thoracic";
  const k = hh / 14;
  const d = density * 0.5;
  const back = hw + (lumbar ? 12 : 9) * k;
  tube(
    pen,
    frame,
    [
      [hw * 0.82, -hh * 0.38, hh * 0.33],
      [back, -hh * 0.33, hh * 0.31],
    ],
    0.16 * d,
    0.6,
  );
  tube(
    pen,
    frame,
    [
      [back + 1, -hh * 0.3, 4.6 * k],
      [back - 0.5 * k, -hh * 0.95, 4.2 * k],
      [back - 1.5 * k, -hh * 1.42, 2.8 * k],
    ],
    0.22 * d,
    0.8,
  );
  tube(
    pen,
    frame,
    [
      [back + 2 * k, -hh * 0.2, 4.8 * k],
      [back + 6 * k, hh * 0.55, 4.4 * k],
      [back + 6.5 * k, hh * 1.32, 3.4 * k],
    ],
    0.24 * d,
    0.8,
  );
}

function cervicalArch(pen: Pen, frame: Frame, level: Level): void {
  const { hw, hh, density } = level;
  const d = density * 0.5;
  tube(
    pen,
    frame,
    [
      [hw * 0.85, -hh * 0.2, hh * 0.36],
      [hw + 4, -hh * 0.15, hh * 0.4],
    ],
    0.12 * d,
    0.7,
  );
  // The articular pillar: a rhomboid.
  flatBone(
    pen,
    frame,
    [
      [hw + 1.5, -hh * 0.75],
      [hw + 5, -hh * 1.1],
      [hw + 11, hh * 0.1],
      [hw + 12.5, hh * 0.95],
      [hw + 8.5, hh * 0.9],
      [hw + 2.5, hh * 0.15],
    ],
    0.3 * d,
    0.26 * d,
    0.9,
  );
}

function spinous(pen: Pen, frame: Frame, level: Level): void {
  const { hw, hh, density: d, region, process, index } = level;
  if (region === "sacral") return;
  if (region === "lumbar") {
    const reach = hw + 15 + 29 * process * (index === 23 ? 0.75 : 1);
    flatBone(
      pen,
      frame,
      [
        [hw + 15, -hh * 0.05],
        [hw + 28, hh * 0.1],
        [reach, hh * 0.2],
        [reach + 1.5, hh * 0.95],
        [reach - 6, hh * 1.2],
        [hw + 24, hh * 0.85],
        [hw + 17, hh * 0.75],
      ],
      0.2 * d,
      0.13 * d,
    );
    return;
  }
  if (region === "thoracic") {
    // Steep in the middle of the chest, level at its ends.
    const steep = 1 - Math.min(1, Math.abs(index - 12.5) / 6);
    const reach = hw + 14 + (30 - 8 * steep - (index > 16 ? 8 : 0)) * process;
    tube(
      pen,
      frame,
      [
        [hw + 10, 0, 4.4],
        [hw + 20, hh * (0.2 + 0.5 * steep), 4 - steep * 0.6],
        [reach, hh * (0.7 + 1.4 * steep), 3.6 - steep],
      ],
      0.11 * d,
      0.4,
    );
    return;
  }
  const long = (index === 1 ? 25 : index >= 5 ? 33 + 4 * (index - 5) : 21 + 2 * (index - 2)) * process;
  const thick = index === 1 ? 6.5 : index >= 5 ? 4.6 : 3.5;
  flatBone(
    pen,
    frame,
    [
      [hw + 9, -hh * 0.1],
      [hw + 9 + long * 0.5, hh * 0.3],
      [hw + 7 + long, hh * 0.55],
      [hw + 8 + long, hh * 0.55 + thick],
      [hw + 4 + long * 0.8, hh * 0.6 + thick * 1.2],
      [hw + 10, hh * 0.75],
    ],
    0.16 * d,
    0.2 * d,
  );
}

function dens(pen: Pen, frame: Frame, { hw, hh, density: d }: Level): void {
  flatBone(
    pen,
    frame,
    [
      [-hw * 0.55, -hh * 0.6],
      [-hw * 0.42, -hh * 1.9],
      [hw * 0.05, -hh * 2.2],
      [hw * 0.45, -hh * 1.9],
      [hw * 0.6, -hh * 0.6],
    ],
    0.26 * d,
    0.2 * d,
  );
}

function atlas(pen: Pen, frame: Frame, { hw, hh, density: d, process }: Level): void {
  flatBone(
    pen,
    frame,
    [
      [-hw * 1.9, -hh * 0.6],
      [-hw * 1.1, -hh * 0.3],
      [-hw * 1.15, hh * 0.8],
      [-hw * 1.9, hh * 0.7],
    ],
    0.22 * d,
    0.24 * d,
  );
  tube(
    pen,
    frame,
    [
      [hw * 0.4, hh * 0.2, 5],
      [hw * 2.2, -hh * 0.3, 2.8],
      [hw + 17 + 10 * process, hh * 0.1, 3.6],
    ],
    0.14 * d,
    0.6,
  );
}
