/** The annotation file of a data set in the layout of VinDr-SpineXR. */
import { seriesOf, studyOf } from "./file.ts";
import type { PhantomPlan } from "./plan.ts";

export const ANNOTATION_HEADER = "study_id,series_id,image_id,rad_id,lesion_type,xmin,ymin,xmax,ymax";

/** One row per box; a picture without any has one row with "No finding". */
export function annotationRows(plan: PhantomPlan): string[] {
  const image = `${studyOf(plan)},${seriesOf(plan)},${plan.id},phantom`;
  if (plan.lesions.length === 0) return [`${image},No finding,,,,`];
  return plan.lesions.map(({ type, box }) => `${image},${type},${box.join(",")}`);
}
