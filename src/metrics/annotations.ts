/** The annotation file of VinDr-SpineXR. */
import type { Box, Lesion } from "./boxes.ts";
import { invalid } from "./check.ts";
import { csvProblem, parseCsv } from "./csv.ts";

export interface Annotation {
  readonly imageId: string;
  /** Some row of the image is not "No finding". */
  readonly abnormal: boolean;
  /** Marked boxes that are at least 1e-3 pixels wide and high. */
  readonly lesions: readonly Lesion[];
}

const COLUMNS = ["image_id", "lesion_type", "xmin", "ymin", "xmax", "ymax"] as const;
const NO_FINDING = "No finding";
const LEAST_SIZE = 1e-3;

/**
 * One entry per image, in the order of the file. Columns are found by name (image_id, lesion_type, xmin, ymin, xmax, ymax;
 * others are ignored); a normal image has one row with "No finding" and an empty box; boxes are pixels of the original
 * picture; boxes thinner than 1e-3 are dropped, and their image stays abnormal.
 * @throws SpineXRError INVALID_ARGUMENT naming the line
 */
export function parseAnnotations(csv: string): Annotation[] {
  const [header, ...records] = parseCsv(csv);
  if (header === undefined)
    invalid("The annotation CSV is empty; expected a header and one row per finding.");
  const index = COLUMNS.map((name) => {
    const at = header.fields.findIndex((field) => field.trim() === name);
    if (at < 0) csvProblem(header.line, `no column ${name}; expected ${COLUMNS.join(", ")}`);
    return at;
  });
  const images = new Map<string, { normal: boolean; abnormal: boolean; lesions: Lesion[] }>();
  for (const { line, fields } of records) {
    if (fields.length !== header.fields.length)
      csvProblem(line, `${fields.length} fields; expected ${header.fields.length} as in the header`);
    const [imageId, label, ...corners] = index.map((at) => fields[at].trim());
    if (imageId === "" || label === "") csvProblem(line, "an empty image_id or lesion_type");
    const image = images.get(imageId) ?? { normal: false, abnormal: false, lesions: [] };
    images.set(imageId, image);
    if (label === NO_FINDING) image.normal = true;
    else {
      image.abnormal = true;
      const box = readBox(line, corners);
      if (Math.min(box[2] - box[0], box[3] - box[1]) >= LEAST_SIZE) image.lesions.push({ label, box });
    }
    if (image.normal && image.abnormal) csvProblem(line, `"${NO_FINDING}" beside findings of the same image`);
  }
  return Array.from(images, ([imageId, { abnormal, lesions }]) => ({ imageId, abnormal, lesions }));
}

function readBox(line: number, corners: readonly string[]): Box {
  const box = corners.map((text) => (text === "" ? Number.NaN : Number(text)));
  if (!box.every(Number.isFinite)) csvProblem(line, `the box [${corners.join(", ")}]; expected four numbers`);
  return box as unknown as Box;
}
