/** The spine of one person in one view: every vertebra's place, outline and posterior elements, in millimetres. */
import { childFrame, type Frame } from "../picture/frame.ts";
import { cos, interpolate, radians, sin } from "../picture/maths.ts";
import type { Patient } from "./patient.ts";
import { type Region, S1, VERTEBRAE } from "./vertebrae.ts";

export type View = "ap" | "lateral";

/** How far an end plate lies inside the mean outline at the body's left (-x), middle and right; in millimetres. */
export interface Plate {
  left: number;
  middle: number;
  right: number;
  /** Extra bone below the plate, 0 to 1. */
  sclerosis: number;
}

/** A beak at an end of an end plate. */
export interface Spur {
  readonly side: -1 | 1;
  readonly plate: "top" | "bottom";
  /** Millimetres that it stands out, that its base is high, and its tip's rise towards the disc per millimetre. */
  readonly length: number;
  readonly base: number;
  readonly rise: number;
}

/**
 * x runs to the right of the picture (lateral views: to the back; a mirrored frame makes the other side), y down along the
 * axis of the vertebra. A view shows half the width (AP) or half the depth (lateral) as hw.
 */
export interface Level {
  readonly index: number;
  readonly name: string;
  readonly region: Region;
  x: number;
  y: number;
  /** Radians that the vertebra is turned in the picture. */
  readonly angle: number;
  readonly hw: number;
  readonly hh: number;
  /** Half of the body along the beam, and the inclination of its end plates to the beam (sine). */
  readonly beam: number;
  readonly tilt: number;
  readonly top: Plate;
  readonly bottom: Plate;
  readonly waist: number;
  readonly plates: number;
  readonly process: number;
  /** Turn about the axis, radians. */
  readonly twist: number;
  /** Height of the disc below. */
  readonly disc: number;
  density: number;
  readonly spurs: Spur[];
  /** 0 to 1: how much the foramen below is filled by bone (lateral views). */
  foramen: number;
}

/** Tangent of the sagittal curve in degrees, positive where the spine runs forward on its way down; by level. */
const CERVICAL: readonly (readonly [number, number])[] = [
  [0, 10],
  [2, 7],
  [4, -3],
  [6, -15],
  [7, 0],
];
const THORACIC: readonly (readonly [number, number])[] = [
  [0, -8],
  [6, -20],
  [8, -21],
  [12, -4],
  [15, 3],
  [18, 6],
  [21, 0],
];
const LUMBAR: readonly (readonly [number, number])[] = [
  [16, 0],
  [18, 6],
  [19, 10],
  [20, 9],
  [21, 4],
  [22, -6],
  [23, -19],
  [24, -36],
];

/** Distance of the source from the middle of the body. */
const SOURCE_MM = 1050;

export interface Spine {
  readonly view: View;
  readonly levels: readonly Level[];
}

/** The whole spine; the origin is the middle of the body of level `centre`. */
export function layOut(patient: Patient, view: View, centre: number): Spine {
  const { curves, scale, scoliosis } = patient;
  const tangents = VERTEBRAE.map((_, i) => ({
    sagittal: radians(
      curves[0] * interpolate(CERVICAL, i) +
        curves[1] * interpolate(THORACIC, i) +
        curves[2] * interpolate(LUMBAR, i) +
        patient.levels[i].tilt,
    ),
    coronal: radians(
      scoliosis.degrees * sin(((i - scoliosis.level) / scoliosis.span) * Math.PI) +
        patient.levels[i].tilt * 0.7,
    ),
  }));
  const heights = VERTEBRAE.map(({ height }, i) => height * scale * patient.levels[i].height);
  const discs = VERTEBRAE.map(({ disc }, i) => disc * scale * patient.levels[i].disc);
  const angles = tangents.map(({ sagittal, coronal }) => (view === "ap" ? -coronal : sagittal));
  const places = [{ x: 0, y: 0 }];
  for (let i = 1; i < VERTEBRAE.length; i++) {
    const above = (heights[i - 1] + discs[i - 1]) / 2;
    const below = (heights[i] + discs[i - 1]) / 2;
    const { x, y } = places[i - 1];
    places.push({
      x: x - sin(angles[i - 1]) * above - sin(angles[i]) * below,
      y: y + cos(angles[i - 1]) * above + cos(angles[i]) * below,
    });
  }
  const origin = places[centre];
  const levels = VERTEBRAE.map(({ name, region, width, depth }, index): Level => {
    const own = patient.levels[index];
    const out = view === "lateral" ? own.offset * depth * 0.5 * scale : 0;
    const x = places[index].x - origin.x + out;
    const y = places[index].y - origin.y;
    const hh = heights[index] / 2;
    const [across, along] = view === "ap" ? [width, depth] : [depth, width];
    const divergence = y / SOURCE_MM;
    const { sagittal, coronal } = tangents[index];
    const dish = (): Plate => ({
      left: view === "lateral" ? Math.max(0, own.wedge) * 2 * hh : 0,
      middle: hh * 2 * own.concavity * (region === "cervical" ? 0.6 : 1),
      right: 0,
      sclerosis: 0,
    });
    return {
      index,
      name,
      region,
      x,
      y,
      angle: angles[index],
      hw: (across * scale * own.width) / 2,
      hh,
      beam: (along * scale) / 2,
      tilt: view === "ap" ? sin(divergence - sagittal) : sin(divergence - coronal),
      top: dish(),
      bottom: dish(),
      waist: own.waist * (index === S1 ? 0 : 1),
      plates: own.plates,
      process: own.process,
      twist: patient.twist + coronal * 0.9,
      disc: discs[index],
      density: patient.density,
      spurs: [],
      foramen: 0,
    };
  });
  return { view, levels };
}

/** The frame of a vertebra: origin in the middle of its body, y along its axis. */
export const levelFrame = (root: Frame, level: Level): Frame =>
  childFrame(root, level.x, level.y, level.angle);

/** y of an end plate in the vertebra's frame at u = -1 (left edge) .. 1. */
export function plateAt(level: Level, which: "top" | "bottom", u: number): number {
  const { left, middle, right } = level[which];
  const inset = 0.5 * (left * (1 - u) + right * (1 + u)) + (middle - 0.5 * (left + right)) * (1 - u * u);
  return which === "top" ? -level.hh + inset : level.hh - inset;
}
