/** Every operator that can be imported, by domain. */
import { SPINEXR_DOMAIN } from "../node-builder.ts";
import { ACTIVATIONS } from "./activations.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { CONSTANTS } from "./constants.ts";
import { CONVOLUTION } from "./convolution.ts";
import { DETECTION } from "./detection.ts";
import { DIMS } from "./dims.ts";
import { MATRIX } from "./matrix.ts";
import { MOVEMENT } from "./movement.ts";
import { NORMALIZATION } from "./normalization.ts";
import type { Operator, OperatorTable } from "./operator.ts";
import { POOLS } from "./pool.ts";
import { REDUCTIONS } from "./reduce.ts";
import { RESIZE } from "./resize.ts";
import { SPINEXR } from "./spinexr.ts";

const STANDARD = [
  ACTIVATIONS,
  ARITHMETIC,
  CONSTANTS,
  CONVOLUTION,
  DETECTION,
  DIMS,
  MATRIX,
  MOVEMENT,
  NORMALIZATION,
  POOLS,
  REDUCTIONS,
  RESIZE,
];

const byName = (families: readonly OperatorTable[]): ReadonlyMap<string, Operator> =>
  new Map(families.flatMap((family) => Object.entries(family)));

/** By domain, then by operator name. Maps, since names come from files. */
export const OPERATORS: ReadonlyMap<string, ReadonlyMap<string, Operator>> = new Map([
  ["", byName(STANDARD)],
  [SPINEXR_DOMAIN, byName([SPINEXR])],
]);
