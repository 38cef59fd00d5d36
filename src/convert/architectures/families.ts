/** Every architecture that can be converted: a new family is one file and one line here. */

import { SpineXRError } from "../../api/errors.ts";
import { suggestion } from "../../api/options.ts";
import type { ArchitectureFamily } from "./architecture.ts";
import { densenet } from "./densenet.ts";
import { fasterRcnn } from "./faster-rcnn.ts";
import { retinanet } from "./retinanet.ts";
import { sparseRcnn } from "./sparse-rcnn.ts";

const FAMILIES: readonly ArchitectureFamily[] = [densenet, sparseRcnn, retinanet, fasterRcnn];

/** The values of --arch. */
export const architectureNames: readonly string[] = FAMILIES.flatMap((family) => family.names);

/** @throws SpineXRError INVALID_ARGUMENT listing the known names */
export function findFamily(arch: string): ArchitectureFamily {
  const family = FAMILIES.find(({ names }) => names.includes(arch));
  if (family !== undefined) return family;
  throw new SpineXRError(
    "INVALID_ARGUMENT",
    `There is no architecture ${JSON.stringify(arch)}.${suggestion(arch, architectureNames)} ` +
      `Expected one of: ${architectureNames.join(", ")}.`,
  );
}
