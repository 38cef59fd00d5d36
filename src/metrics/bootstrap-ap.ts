/** Confidence intervals of average precision: the percentile bootstrap over images (Efron, 1979). */
import { LESION_CLASSES } from "../vindr-spinexr.ts";
import { type BootstrapOptions, drawCounts, type Interval, interval } from "./bootstrap.ts";
import { checkCases, type DetectionCase } from "./boxes.ts";
import { checkRange, checkWhole, invalid } from "./check.ts";
import { RECALL_POINTS, recallPoint } from "./coco.ts";
import { generator } from "./generator.ts";
import { type Ranking, rank } from "./match.ts";

export interface ApBootstrapOptions extends BootstrapOptions {
  /** Resamples, 40..1,000,000; default 1,000. */
  readonly samples?: number;
  /** Default the 7 of VinDr-SpineXR. */
  readonly classes?: readonly string[];
  /** In (0, 1]; default 0.5. */
  readonly iouThreshold?: number;
}

export interface ApIntervals {
  /** Of the mean over the classes that a resample has lesions of. */
  readonly map50: Interval;
  /** Per class that has lesions; resamples without any do not count. */
  readonly ap50: Readonly<Record<string, Interval>>;
}

/**
 * 95 % intervals of average precision: images are drawn with replacement as many as there are, all classes from the same
 * draw. What hits what is decided once per image, so a resample is one walk over the ranking: time O(samples * findings).
 *
 * @throws SpineXRError INVALID_ARGUMENT when no class has lesions, or a box or option is wrong
 */
export function bootstrapAp(cases: readonly DetectionCase[], options: ApBootstrapOptions = {}): ApIntervals {
  const { classes = LESION_CLASSES, iouThreshold = 0.5, samples = 1000, seed = 0 } = options;
  checkCases("bootstrapAp", cases);
  checkRange("bootstrapAp", "iouThreshold", iouThreshold, 1e-10, 1);
  checkWhole("bootstrapAp", "samples", samples, 40, 1_000_000);
  checkWhole("bootstrapAp", "seed", seed, 0, 2 ** 32 - 1);
  const rankings = classes
    .map((label) => ({ label, ranking: rank(cases, label, iouThreshold, 100) }))
    .filter(({ ranking }) => ranking.lesions > 0);
  if (rankings.length === 0)
    invalid(`bootstrapAp expects lesions of at least one class (${classes.join(", ")}), found none.`);
  const draw = generator(seed);
  const counts = new Uint32Array(cases.length);
  const means: number[] = [];
  const perClass = rankings.map((): number[] => []);
  // A resample without any lesion says nothing; it is drawn again.
  while (means.length < samples) {
    drawCounts(counts, draw);
    let [sum, number] = [0, 0];
    for (const [k, { ranking }] of rankings.entries()) {
      const ap = averagePrecision(ranking, counts);
      if (ap === null) continue;
      perClass[k]!.push(ap);
      sum += ap;
      number++;
    }
    if (number > 0) means.push(sum / number);
  }
  return {
    map50: interval(Float64Array.from(means)),
    ap50: Object.fromEntries(
      rankings.map(({ label, ranking }, k) => {
        const own = perClass[k]!.length > 0 ? perClass[k]! : [averagePrecision(ranking, counts.fill(1))!];
        return [label, interval(Float64Array.from(own))];
      }),
    ),
  };
}

/** COCO's AP where image i counts counts[i] times; null without lesions. */
function averagePrecision({ hits, images, lesionsOf }: Ranking, counts: Uint32Array): number | null {
  let lesions = 0;
  for (let i = 0; i < counts.length; i++) lesions += counts[i]! * lesionsOf[i]!;
  if (lesions === 0) return null;
  // Precision changes the curve at hits only: before the next hit, misses lower it.
  const recall: number[] = [];
  const precision: number[] = [];
  let [tp, all] = [0, 0];
  for (let i = 0; i < hits.length; i++) {
    const count = counts[images[i]!]!;
    all += count;
    if (hits[i] === 0 || count === 0) continue;
    tp += count;
    recall.push(tp / lesions);
    precision.push(tp / all);
  }
  let sum = 0;
  let best = 0;
  // From the highest recall down, so that `best` is the largest precision at this recall or above.
  for (let point = RECALL_POINTS - 1, i = recall.length - 1; point >= 0; point--) {
    const wanted = recallPoint(point);
    for (; i >= 0 && recall[i]! >= wanted; i--) best = Math.max(best, precision[i]!);
    sum += best;
  }
  return sum / RECALL_POINTS;
}
