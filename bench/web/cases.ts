/** What the page times: subjects of ../cases whose networks a browser can hold, and how the page's files describe them. */

import type { Subject } from "../cases/case.ts";
import { BATCH, ENSEMBLE, SINGLE } from "../cases/classify.ts";
import { RETINANET_SMALL } from "../cases/detect.ts";

export const WEB_SUBJECTS: Readonly<Record<string, Subject>> = {
  classify: SINGLE,
  "classify-batch8": BATCH,
  ensemble: ENSEMBLE,
  "retinanet-512": RETINANET_SMALL,
};
