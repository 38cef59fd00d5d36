/** Everything about a picture but its pixels: a function of seed, split and number. Takes a fifth of a millisecond. */
import { SpineXRError } from "../api/errors.ts";
import type { Box } from "../metrics/boxes.ts";
import { drawPatient, type Patient } from "./anatomy/patient.ts";
import { layOut, type Spine } from "./anatomy/spine.ts";
import { VERTEBRAE } from "./anatomy/vertebrae.ts";
import { drawExposure, type Exposure } from "./film.ts";
import type { PlacedLesion } from "./lesions/box.ts";
import { ABNORMAL_SHARE, addLesions } from "./lesions/draw.ts";
import type { Addition, Surgery } from "./lesions/sites.ts";
import type { Frame } from "./picture/frame.ts";
import { hash32, Random } from "./random.ts";
import { drawField, type Field, openBox, PARTS, plateSize, rootFrame } from "./view.ts";

/** Counts up whenever the bytes of a picture change: identifiers change with it. */
export const PHANTOM_VERSION = 1;

export type Split = "train" | "test";

export interface PhantomKey {
  /** 0 .. 2^32 - 1 */
  readonly seed: number;
  readonly split: Split;
  /** 0, 1, 2 ... */
  readonly index: number;
  /** Pixels of the longer side, 64 .. 4096. Default 1000. */
  readonly longest?: number;
  /** False: the same picture without its lesions. Default true. */
  readonly lesions?: boolean;
}

export interface PhantomPlan {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly longest: number;
  readonly field: Field;
  readonly patient: Patient;
  readonly spine: Spine;
  readonly root: Frame;
  readonly open: Box;
  readonly exposure: Exposure;
  readonly lesions: readonly PlacedLesion[];
  readonly additions: readonly Addition[];
  /** The stream of one purpose. */
  readonly stream: (purpose: string) => Random;
}

/** @throws SpineXRError INVALID_ARGUMENT when a number is out of its range */
export function planPhantom(key: PhantomKey): PhantomPlan {
  const { seed, split, index, longest = 1000 } = key;
  whole("seed", seed, 0, 2 ** 32 - 1);
  whole("index", index, 0, Number.MAX_SAFE_INTEGER);
  whole("longest", longest, 64, 4096);
  const name = `${PHANTOM_VERSION}/${seed}/${split}/${index}`;
  const stream = (purpose: string): Random => new Random(`${name}/${purpose}`);
  const field = drawField(stream("field"));
  const patient = drawPatient(stream("patient"), VERTEBRAE.length);
  const spine = layOut(patient, field.view, PARTS[field.part].centre);
  const root = rootFrame(field, spine, patient, longest);
  const { width, height } = plateSize(field, longest);
  const open = openBox(field, longest);
  const lesions: PlacedLesion[] = [];
  const additions: Addition[] = [];
  const inner: Box = [open[0] + 2, open[1] + 2, open[2] - 2, open[3] - 2];
  if (stream("abnormal").chance(ABNORMAL_SHARE) && key.lesions !== false) {
    const surgery: Surgery = {
      random: stream("lesions"),
      part: field.part,
      spine,
      root,
      open: inner,
      lesions,
      additions,
      taken: new Set(),
    };
    addLesions(surgery, field.view);
  }
  return {
    id: identifier(`${name}/${longest}`),
    width,
    height,
    longest,
    field,
    patient,
    spine,
    root,
    open,
    exposure: drawExposure(stream("exposure")),
    lesions,
    additions,
    stream,
  };
}

function whole(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `Expected a whole number from ${low} to ${high} as ${name}, found ${value}.`,
    );
}

/** 128 bits of hash as hexadecimal digits. */
export const identifier = (text: string): string =>
  [1, 2, 3, 4]
    .map((salt) => hash32(text, Math.imul(salt, 0x9e3779b9)).toString(16).padStart(8, "0"))
    .join("");
