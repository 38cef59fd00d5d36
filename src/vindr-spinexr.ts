/** Names of the data set VinDr-SpineXR. Packages name their own labels; these are for its annotations and checkpoints. */

const NAMES = [
  "Osteophytes",
  "Surgical implant",
  "Spondylolysthesis",
  "Foraminal stenosis",
  "Disc space narrowing",
  "Vertebral collapse",
  "Other lesions",
] as const;

export type LesionClass = (typeof NAMES)[number];

/** The lesion types in the order of their class indices, spelled as the data set spells them. */
export const LESION_CLASSES: readonly string[] = NAMES;
