/** Every operator of the standard domain that can be imported. */
import { ACTIVATIONS } from "./activations.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { CONSTANTS } from "./constants.ts";
import { CONVOLUTION } from "./convolution.ts";
import { DETECTION } from "./detection.ts";
import { DIMS } from "./dims.ts";
import { MATRIX } from "./matrix.ts";
import { MOVEMENT } from "./movement.ts";
import { NORMALIZATION } from "./normalization.ts";
import type { Operator } from "./operator.ts";
import { POOLS } from "./pool.ts";
import { REDUCTIONS } from "./reduce.ts";
import { RESIZE } from "./resize.ts";

const FAMILIES = [
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

/** By operator name. A map, since names come from files. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  FAMILIES.flatMap((family) => Object.entries(family)),
);
