/** Runs a package's golden picture through the loaded networks and compares the logits. */
import { SpineXRError } from "../api/errors.ts";
import type { BackendInstance } from "../backends/backend.ts";
import { readRadiograph } from "../image/read.ts";
import type { SelfTest } from "../package/manifest.ts";
import { type Classifier, runClassifiers } from "./classify.ts";
import { prepare, withPrepared } from "./prepare.ts";

/**
 * Least tolerance where products are rounded to 10 bits of fraction: a package's is written for float32. Logits differ by some
 * thousandths then; a network that is computed wrong is far off.
 */
const ROUNDED = 0.05;

/** @throws SpineXRError SELF_TEST_FAILED naming the member, what was expected and what came out */
export async function runSelfTest(
  selfTest: SelfTest,
  picture: Uint8Array,
  { image, sideBySide, arithmetic }: Pick<BackendInstance, "image" | "sideBySide" | "arithmetic">,
  classifiers: readonly Classifier[],
  signal?: AbortSignal,
): Promise<void> {
  const radiograph = await readRadiograph(picture, { signal });
  const prepared = await prepare(image, radiograph, { classifiers, detector: null });
  const logits = await withPrepared(prepared, () =>
    runClassifiers(classifiers, prepared.classify, { signal, sideBySide }),
  );
  const tolerance = Math.max(selfTest.tolerance, arithmetic === "fp32" ? 0 : ROUNDED);
  classifiers.forEach(({ entry }, i) => {
    const expected = selfTest.logits[entry.name] ?? [];
    const far = expected.findIndex((value, j) => !(Math.abs(value - logits[i][j]) <= tolerance));
    if (expected.length !== logits[i].length || far >= 0)
      throw new SpineXRError(
        "SELF_TEST_FAILED",
        `Classifier "${entry.name}" answered ${format(logits[i])} to the package's golden picture, expected ` +
          `${format(expected)} within ${tolerance}. This backend does not compute this network right: ` +
          "choose another backend and report it.",
      );
  });
}

const format = (values: readonly number[]): string => `[${values.map((v) => v.toPrecision(7)).join(", ")}]`;
