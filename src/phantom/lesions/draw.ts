/** Which lesions a picture has. Frequencies are those of the test split of VinDr-SpineXR. */
import type { View } from "../anatomy/spine.ts";
import type { Random } from "../random.ts";
import { addCollapse, addNarrowDisc, addSlip } from "./alignment.ts";
import { addFilledForamen, addOther, addSpurs } from "./bone.ts";
import { addImplant } from "./implants.ts";
import type { Surgery } from "./sites.ts";

/** 1,007 of 2,077 pictures. */
export const ABNORMAL_SHARE = 1007 / 2077;

/** Shares of abnormal pictures with the lesion, by view, and how many more there are in one picture (continue with p). */
const RATES: readonly {
  readonly add: (surgery: Surgery) => boolean;
  readonly ap: number;
  readonly lateral: number;
  readonly more: number;
}[] = [
  { add: addImplant, ap: 0.098, lateral: 0.098, more: 0.12 },
  { add: addSlip, ap: 0, lateral: 0.158, more: 0.06 },
  { add: addCollapse, ap: 0.054, lateral: 0.07, more: 0.16 },
  { add: addNarrowDisc, ap: 0.12, lateral: 0.21, more: 0.28 },
  { add: addFilledForamen, ap: 0, lateral: 0.117, more: 0.35 },
  { add: addOther, ap: 0.092, lateral: 0.092, more: 0.2 },
];

const SPURS = { share: 0.56, counts: [0, 16, 20, 19, 15, 11, 7, 5, 3, 2, 2] } as const;

/** Changes the spine and adds what is painted later; a picture without any other lesion gets spurs. */
export function addLesions(surgery: Surgery, view: View): void {
  const { random } = surgery;
  for (const { add, ap, lateral, more } of RATES) {
    let wanted = random.chance(view === "ap" ? ap : lateral);
    for (let n = 0; wanted && n < 3; n++) wanted = add(surgery) && random.chance(more);
  }
  const spurs = random.chance(SPURS.share);
  const count = drawCount(random);
  if (spurs || surgery.lesions.length === 0) addSpurs(surgery, count);
}

function drawCount(random: Random): number {
  return Number(random.weighted(Object.fromEntries(SPURS.counts.map((weight, n) => [String(n), weight]))));
}
