/** Every operator case, by family. */
import { CASES as BOXES } from "./boxes.cases.ts";
import { CASES as CONV } from "./conv.cases.ts";
import { CASES as DETECTION } from "./detection.cases.ts";
import { CASES as ELEMENTWISE } from "./elementwise.cases.ts";
import { CASES as MATMUL } from "./matmul.cases.ts";
import { CASES as MOVEMENT } from "./movement.cases.ts";
import { CASES as NORMALIZE } from "./normalize.cases.ts";
import type { OpCase } from "./op-case.ts";
import { CASES as POOL } from "./pool.cases.ts";
import { CASES as REDUCE } from "./reduce.cases.ts";

export const FAMILIES: Readonly<Record<string, readonly OpCase[]>> = {
  convolution: CONV,
  "matrix product": MATMUL,
  pooling: POOL,
  elementwise: ELEMENTWISE,
  reduction: REDUCE,
  "softmax and normalisation": NORMALIZE,
  movement: MOVEMENT,
  "selection and detection": DETECTION,
  boxes: BOXES,
};
