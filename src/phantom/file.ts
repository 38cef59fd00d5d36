/** A plan's file: the picture as one of the kinds of stored values that occur in practice. */
import { type CrImage, encodeCr, type StoredVoi } from "./dicom.ts";
import type { EncodeSamples } from "./jpeg-ls.ts";
import { exp } from "./picture/maths.ts";
import { identifier, type PhantomPlan } from "./plan.ts";
import { renderPhantom } from "./render.ts";
import { plateSize } from "./view.ts";

const BODY_PARTS = { cervical: "CSPINE", thoracic: "TSPINE", lumbar: "LSPINE", whole: "SPINE" } as const;

export const studyOf = (plan: PhantomPlan): string => identifier(`study ${plan.id}`);
export const seriesOf = (plan: PhantomPlan): string => identifier(`series ${plan.id}`);

/** A whole DICOM file: rows * columns * 2 bytes and some hundred more, or with `encode` (loadJpegLs) about a third of that. */
export function phantomDicom(plan: PhantomPlan, encode?: EncodeSamples): Uint8Array {
  const random = plan.stream("storage");
  const shown = renderPhantom(plan);
  const inverse = random.chance(0.35);
  const kind = random.weighted({ none: 30, linear: 40, sigmoid: 10, lut: 20 });
  const gain = random.range(0.55, 0.9);
  const offset = Math.round(random.range(0.02, 0.98 - gain) * 4095);
  const bend = random.range(-0.5, 0.5);
  // MONOCHROME1 shows high values dark: everything before the inversion is counted from the other end.
  const stored = Uint16Array.from({ length: 4096 }, (_, v) => {
    const value = inverse ? 4095 - v : v;
    return kind === "none" ? value : offset + Math.round(value * gain);
  });
  const samples = new Uint16Array(shown.length);
  for (let i = 0; i < shown.length; i++) samples[i] = stored[shown[i]];
  let voi: StoredVoi = { kind: "none" };
  if (kind !== "none") {
    const width = Math.round(4095 * gain);
    const center = offset + Math.round(width / 2);
    if (kind === "linear") voi = { kind: "window", function: "LINEAR", center, width };
    else if (kind === "sigmoid") voi = { kind: "window", function: "SIGMOID", center, width };
    else voi = { kind: "lut", entries: curve(offset, width, bend) };
  }
  const { field } = plan;
  const lateral = field.view === "lateral";
  const image: CrImage = {
    imageId: plan.id,
    seriesId: seriesOf(plan),
    studyId: studyOf(plan),
    rows: plan.height,
    columns: plan.width,
    samples,
    photometric: inverse ? "MONOCHROME1" : "MONOCHROME2",
    voi,
    spacing: 1 / plateSize(field, plan.longest).scale,
    bodyPart: BODY_PARTS[field.part],
    viewPosition: lateral ? (field.mirrored ? "RL" : "LL") : "AP",
    orientation: lateral ? (field.mirrored ? "A\\F" : "P\\F") : "L\\F",
    kilovolts: Math.round(66 + 24 * exp(-2 * random.unit())),
  };
  return encodeCr(image, encode);
}

/** A bent line over the stored range, flat beyond it. */
function curve(offset: number, width: number, bend: number): Uint16Array {
  return Uint16Array.from({ length: 4096 }, (_, stored) => {
    const u = Math.min(1, Math.max(0, (stored - offset) / width));
    return Math.round(65535 * (u + bend * u * (1 - u)));
  });
}
