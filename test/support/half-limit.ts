/**
 * What half precision can be asked of a detector: no more than single precision reaches on a picture that is as imprecise. A
 * network may turn the last bits of its input into other boxes; then its answer in half precision says nothing of the engine, and
 * its layers are what can be judged (checkLayers).
 */
import type { Finding } from "../../src/api/results.ts";
import type { BackendInstance } from "../../src/backends/backend.ts";
import { type Detections, partnered } from "./detections.ts";
import type { GoldenImage, GoldenModel } from "./golden.ts";
import { goldenFindings } from "./golden-run.ts";
import { random } from "./random.ts";

/** By how much f16 rounds, as a share of the value: half a unit in the last of 11 binary digits. */
const ROUNDING = 2 ** -11;

/** The share of boxes that is asked for at most, and the least that says anything. */
const SHARES = { most: 0.8, least: 0.5 };

/** Of score and corners (detections.ts). */
export const HALF_TOLERANCE = 2e-2;

/** The least share, over the pictures, of the reference's boxes that were found. */
export function shareFound(
  images: readonly GoldenImage[],
  found: readonly (readonly Finding[])[],
  tolerance: number,
): number {
  const shares = found.map((own, i) =>
    partnered(asDetections(images[i]!.detections), asDetections(own), tolerance),
  );
  return Math.min(...shares);
}

/**
 * How it stands with a detector in half precision, and whether that will do.
 * @param found in half precision
 * @param cpu in single precision
 */
export async function judgeHalf(
  found: readonly (readonly Finding[])[],
  golden: GoldenModel,
  cpu: BackendInstance,
): Promise<{ ok: boolean; words: string }> {
  const share = shareFound(golden.images, found, HALF_TOLERANCE);
  const next = random(1);
  const imprecise = (pixel: number): number => pixel * (1 + ROUNDING * (2 * next() - 1));
  const single = await goldenFindings(golden, cpu, imprecise);
  const limit = shareFound(golden.images, single.found, HALF_TOLERANCE);
  const judged = limit >= SHARES.least;
  const percent = (part: number): string => `${(100 * part).toFixed(0)} %`;
  const words =
    `${percent(share)} of the reference's detections found; single precision finds ${percent(limit)} where each pixel is off ` +
    `by up to half a unit of f16${judged ? "" : ": this network can only be judged by its layers"}`;
  return { ok: !judged || share >= Math.min(limit, SHARES.most), words };
}

/** Labels as numbers. */
const asDetections = (findings: readonly Finding[]): Detections => ({
  boxes: findings.flatMap(({ box }) => [...box]),
  scores: findings.map(({ score }) => score),
  classes: findings.map(({ label }) => [...label].reduce((sum, c) => (31 * sum + c.charCodeAt(0)) % 1e9, 7)),
});
