/** What makes one person differ from the next. Drawn without knowledge of any lesion. */
import type { Random } from "../random.ts";

export interface Patient {
  /** Size of bones against the mean. */
  readonly scale: number;
  /** Soft tissue along the beam against the mean, and the width of the trunk. */
  readonly girth: number;
  /** Mineral content against the mean. */
  readonly density: number;
  /** Gains of cervical lordosis, thoracic kyphosis, lumbar lordosis. */
  readonly curves: readonly [number, number, number];
  /** Sideways tilt in degrees: amplitude, level of its middle, levels per half wave. */
  readonly scoliosis: { readonly degrees: number; readonly level: number; readonly span: number };
  /** Lean of the whole person, degrees in the picture. */
  readonly lean: number;
  /** Turn about the long axis, radians. */
  readonly twist: number;
  /** Each vertebra's own deviations, by level. */
  readonly levels: readonly {
    readonly height: number;
    readonly width: number;
    readonly disc: number;
    readonly tilt: number;
    readonly waist: number;
    readonly concavity: number;
    readonly plates: number;
    readonly process: number;
    /** Shares of half the body: out of line, and lower in front. */
    readonly offset: number;
    readonly wedge: number;
  }[];
}

export function drawPatient(random: Random, levelCount: number): Patient {
  const curved = random.chance(0.15);
  return {
    scale: random.normal(1, 0.06),
    girth: Math.max(0.72, random.normal(1, 0.13)),
    density: Math.max(0.6, random.normal(1, 0.16)),
    curves: [random.range(-0.15, 1.5), random.range(0.6, 1.45), random.range(0.45, 1.35)],
    scoliosis: {
      degrees: random.normal(0, curved ? 11 : 2.5),
      level: random.range(8, 21),
      span: random.range(7, 13),
    },
    lean: random.normal(0, 2),
    twist: random.normal(0, 0.07),
    levels: Array.from({ length: levelCount }, () => ({
      height: random.normal(1, 0.025),
      width: random.normal(1, 0.02),
      disc: random.normal(1, 0.075),
      tilt: random.normal(0, 1.1),
      waist: random.range(0.04, 0.11),
      concavity: random.range(0.02, 0.085),
      plates: random.range(0.8, 1.25),
      process: random.normal(1, 0.12),
      offset: random.normal(0, 0.026),
      wedge: random.normal(0.012, 0.022),
    })),
  };
}
