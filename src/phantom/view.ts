/** Which part of the spine, from where, on how large a plate: drawn without knowledge of any lesion. */
import type { Box } from "../metrics/boxes.ts";
import type { Patient } from "./anatomy/patient.ts";
import type { Spine, View } from "./anatomy/spine.ts";
import { childFrame, type Frame } from "./picture/frame.ts";
import { cos, radians, sin } from "./picture/maths.ts";
import type { Random } from "./random.ts";

export type Part = "cervical" | "thoracic" | "lumbar" | "whole";

interface PartRange {
  /** Level in the middle of the plate. */
  readonly centre: number;
  readonly height: readonly [number, number];
  /** Width by height. */
  readonly aspect: readonly [number, number];
}

export const PARTS: Readonly<Record<Part, PartRange>> = {
  cervical: { centre: 4, height: [205, 290], aspect: [0.62, 0.98] },
  thoracic: { centre: 13, height: [350, 430], aspect: [0.42, 0.88] },
  lumbar: { centre: 21, height: [320, 430], aspect: [0.45, 0.9] },
  whole: { centre: 14, height: [700, 860], aspect: [0.36, 0.52] },
};

export interface Field {
  readonly part: Part;
  readonly view: View;
  /** Plate in millimetres. */
  readonly heightMm: number;
  readonly widthMm: number;
  /** Lateral views: the patient looks to the right of the picture. */
  readonly mirrored: boolean;
  /** Shift of the spine against the middle of the plate, in millimetres. */
  readonly shiftX: number;
  readonly shiftY: number;
  /** Distance of the collimator's edges from the plate's, as shares of the side: left, top, right, bottom; and their turn in radians. */
  readonly collimator: readonly [number, number, number, number];
  readonly collimatorAngle: number;
}

export function drawField(random: Random): Field {
  const part = random.weighted<Part>({ cervical: 27, thoracic: 14, lumbar: 52, whole: 7 });
  const view: View = random.chance(0.48) ? "ap" : "lateral";
  const { height, aspect } = PARTS[part];
  const heightMm = random.range(...height);
  const widthMm = heightMm * random.range(...aspect);
  const collimated = random.chance(0.45);
  const inset = (): number => (collimated && random.chance(0.7) ? random.range(0.01, 0.11) : 0);
  return {
    part,
    view,
    heightMm,
    widthMm,
    mirrored: view === "lateral" && random.chance(0.45),
    shiftX: random.normal(0, 0.045) * widthMm,
    shiftY: random.normal(0, 0.025) * heightMm,
    collimator: [inset(), inset() * 0.6, inset(), inset() * 0.6],
    collimatorAngle: collimated ? random.normal(0, 0.008) : 0,
  };
}

/** Pixels of the plate: the longer side has `longest`. */
export function plateSize(field: Field, longest: number): { width: number; height: number; scale: number } {
  const scale = longest / Math.max(field.heightMm, field.widthMm);
  return {
    width: Math.max(16, Math.round(field.widthMm * scale)),
    height: Math.max(16, Math.round(field.heightMm * scale)),
    scale,
  };
}

/** The frame in which the spine lies: millimetres around the body in the middle of the plate. */
export function rootFrame(field: Field, spine: Spine, patient: Patient, longest: number): Frame {
  const { width, height, scale } = plateSize(field, longest);
  const visible = spine.levels.filter(({ y }) => Math.abs(y) < field.heightMm * 0.42);
  const middle = visible.reduce((sum, { x }) => sum + x, 0) / visible.length;
  // Lateral views keep room for the spinous processes, but show more of the front.
  const room = field.view === "lateral" ? (field.part === "cervical" ? 6 : -field.widthMm * 0.06) : 0;
  const flip = field.mirrored ? -1 : 1;
  const angle = radians(patient.lean);
  const plate: Frame = {
    ox: width / 2,
    oy: height / 2,
    ax: flip * scale * cos(angle),
    ay: scale * sin(angle),
    bx: -flip * scale * sin(angle),
    by: scale * cos(angle),
  };
  return childFrame(plate, -middle - room + field.shiftX, field.shiftY);
}

/** The upright box inside the collimator, in pixels. */
export function openBox(field: Field, longest: number): Box {
  const { width, height } = plateSize(field, longest);
  const [left, top, right, bottom] = field.collimator;
  const slack = Math.abs(field.collimatorAngle) * Math.max(width, height) * 0.5;
  return [
    left * width + slack,
    top * height + slack,
    width * (1 - right) - slack,
    height * (1 - bottom) - slack,
  ];
}

/**
 * Fills a row of the picture with the share of the signal that the collimator lets through, by signed distances to its turned
 * edges; null when it is open.
 */
export function collimatorMask(
  field: Field,
  longest: number,
): ((y: number, row: Float32Array) => void) | null {
  const [left, top, right, bottom] = field.collimator;
  if (left + top + right + bottom === 0) return null;
  const { width, height } = plateSize(field, longest);
  const soft = longest / 500;
  const c = cos(field.collimatorAngle);
  const s = sin(field.collimatorAngle);
  // An edge that is not closed lies well outside.
  const x0 = left > 0 ? left * width : -width;
  const x1 = right > 0 ? (1 - right) * width : 2 * width;
  const y0 = top > 0 ? top * height : -height;
  const y1 = bottom > 0 ? (1 - bottom) * height : 2 * height;
  return (row, out) => {
    const dy = row + 0.5 - height / 2;
    for (let i = 0; i < width; i++) {
      const dx = i + 0.5 - width / 2;
      const x = width / 2 + dx * c + dy * s;
      const y = height / 2 + dy * c - dx * s;
      const h = x - x0 < x1 - x ? x - x0 : x1 - x;
      const v = y - y0 < y1 - y ? y - y0 : y1 - y;
      const inside = (h < v ? h : v) / soft + 0.5;
      out[i] = inside <= 0 ? 0 : inside >= 1 ? 1 : inside;
    }
  };
}
