/** Pedicles, laminae, facets, spinous and transverse processes from the front. */
import type { Level } from "../anatomy/spine.ts";
import { childFrame, type Frame } from "../picture/frame.ts";
import { type Pen, region, tube } from "./pen.ts";

export function paintPosteriorAp(pen: Pen, frame: Frame, level: Level): void {
  if (level.region === "cervical") cervical(pen, frame, level);
  else trunk(pen, frame, level);
}

function trunk(pen: Pen, frame: Frame, level: Level): void {
  const { hw, hh, density: d, process } = level;
  const lumbar = level.region === "lumbar";
  const shift = level.twist * hw * 1.1;
  for (const side of [-1, 1]) {
    // Turning about the axis brings one pedicle towards the middle and takes the other to the edge.
    const px = side * hw * (lumbar ? 0.63 : 0.6) + shift * 0.5;
    const pr = hw * (lumbar ? 0.145 + level.index * 0.002 : 0.15);
    const pedicle = childFrame(frame, px, -hh * 0.22);
    ring(pen, pedicle, pr, hh * (lumbar ? 0.4 : 0.36), 0.24 * d, 0.06 * d);
    const reach = lumbar ? hw + hw * (level.index === 23 ? 0.85 : 0.95) * process : hw * 0.9 + 17 * process;
    const rise = lumbar ? -hh * 0.05 - hh * 0.12 * process : -hh * 0.55;
    const thick = lumbar ? 4.6 : 4.2;
    tube(
      pen,
      frame,
      [
        [px * 1.15, -hh * 0.1, thick * 1.25],
        [side * (hw + 7) + shift, (lumbar ? 1.5 : 0) - hh * 0.05 + rise * 0.4, thick * 0.85],
        [side * reach + shift, rise - (lumbar ? 2.5 : 0), thick * (lumbar ? 0.6 : 1.2)],
      ],
      0.08 * d,
      0.35,
    );
    // Lower facet of this vertebra inside the upper one of the next.
    tube(
      pen,
      frame,
      [
        [side * hw * 0.3 + shift, hh * 0.1, hw * 0.15],
        [side * hw * 0.4 + shift, hh * 0.8, hw * 0.16],
        [side * hw * (lumbar ? 0.47 : 0.36) + shift, hh * 1.38, hw * 0.13],
      ],
      0.13 * d,
      0.6,
    );
    tube(
      pen,
      frame,
      [
        [px, -hh * 0.4, hw * 0.15],
        [side * hw * (lumbar ? 0.72 : 0.56) + shift, -hh * 1.18, hw * 0.12],
      ],
      0.1 * d,
      0.6,
    );
  }
  // The tip lies behind: turning moves it against the pedicles.
  const tip = -shift * 0.7 + level.process * 0.6 - 0.6;
  region(
    pen,
    frame,
    [
      [-hw * 0.38 + shift * 0.6, -hh * 0.05],
      [0, -hh * 0.25],
      [hw * 0.38 + shift * 0.6, -hh * 0.05],
      [hw * 0.33, hh * 0.75],
      [tip, hh * 0.95],
      [-hw * 0.33, hh * 0.75],
    ],
    0.1 * d,
    1.5,
  );
  const spinous = childFrame(frame, tip, lumbar ? hh * 0.62 : hh * 1.0);
  ring(pen, spinous, lumbar ? 3.4 : 2.7, lumbar ? hh * 0.6 : hh * 0.5, 0.17 * d, 0.14 * d);
}

function cervical(pen: Pen, frame: Frame, level: Level): void {
  const { hw, hh, density: d, index } = level;
  const shift = level.twist * hw * 1.5;
  for (const side of [-1, 1]) {
    if (index <= 1) {
      // Lateral masses of atlas and axis beside the dens.
      region(
        pen,
        frame,
        [
          [side * hw * 0.75, -hh * 0.9],
          [side * hw * 2.3, -hh * (index === 0 ? 1 : 0.55)],
          [side * hw * 2.5, hh * 0.4],
          [side * hw * 1.0, hh * 0.9],
        ],
        0.28 * d,
        1.5,
      );
      continue;
    }
    // The column of articular masses, wavy at its outside.
    tube(
      pen,
      frame,
      [
        [side * hw * 1.28 + shift, -hh * 1.25, hw * 0.44],
        [side * hw * 1.4 + shift, -hh * 0.2, hw * 0.5],
        [side * hw * 1.28 + shift, hh * 1.15, hw * 0.42],
      ],
      0.2 * d,
      0.6,
    );
    tube(
      pen,
      frame,
      [
        [side * hw * 1.3, hh * 0.1, 3.2],
        [side * (hw * (index === 6 ? 2.1 : 1.95)), hh * 0.3, 2.6],
      ],
      0.08 * d,
      0.4,
    );
    // Uncinate process.
    tube(
      pen,
      frame,
      [
        [side * hw * 0.86, -hh * 0.5, 2.2],
        [side * hw * 0.98, -hh * 1.32, 1.2],
      ],
      0.12 * d,
      0.5,
    );
  }
  if (index === 1) {
    tube(
      pen,
      frame,
      [
        [0, -hh * 0.6, 5],
        [0, -hh * 1.7, 4.6],
      ],
      0.2 * d,
      0.8,
    );
  }
  const spinous = childFrame(frame, -shift * 0.7, hh * (index > 4 ? 0.9 : 0.6));
  ring(pen, spinous, index > 4 ? 3 : 3.6, index > 4 ? 5.4 : 3.6, 0.2 * d, 0.16 * d);
}

/** A tube seen end on: bright wall, fainter inside; not quite round. */
function ring(pen: Pen, frame: Frame, rx: number, ry: number, wall: number, core: number): void {
  pen.canvas.paint(frame, -rx * 1.3, -ry * 1.3, rx * 1.3, ry * 1.3, (x, y) => {
    const round = Math.sqrt((x * x) / (rx * rx) + (y * y) / (ry * ry));
    if (round > 1.3) return 0;
    const d = round * (1 + 0.16 * pen.grain.at(x * 0.7 + frame.oy, y * 0.6 + frame.ox));
    const band = 1 - Math.abs(d - 0.9) / 0.26;
    return (d < 1 ? core : 0) + (band > 0 ? wall * band * (0.75 + 0.5 * pen.grain.at(x + 50, y * 0.8)) : 0);
  });
}
