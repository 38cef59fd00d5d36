/** Where a system is wrong: lesions that nothing found, boxes where nothing is, pictures on the wrong side. */
import type { Finding } from "../../api/results.ts";
import { atOperatingPoints } from "../../metrics/decision-rule.ts";
import {
  afterRule,
  boxIou,
  type DetectionCase,
  type Joined,
  LESION_CLASSES,
  type Lesion,
} from "../../metrics/index.ts";
import { matchLesions } from "../../metrics/match.ts";
import type { Thresholds } from "../../package/manifest.ts";

export interface Mistake {
  readonly imageId: string;
  readonly probability: number;
  /** The lesion that was missed (no score) or the box that is wrong; null: the whole picture. */
  readonly focus: (Lesion & { readonly score: number | null }) | null;
  readonly truth: readonly Lesion[];
  /** What is reported: at the operating points, and as the decision rule leaves them. */
  readonly findings: readonly Finding[];
  /** What is beside it, in a few words. */
  readonly note: string;
}

export interface Mistakes {
  readonly misses: readonly Mistake[];
  readonly falseAlarms: readonly Mistake[];
  /** Abnormal pictures called normal, the least probable first. */
  readonly missedPictures: readonly Mistake[];
  /** Normal pictures called abnormal, the most probable first. */
  readonly alarmedPictures: readonly Mistake[];
}

const IOU = 0.5;
const MOST_BOXES = 8;
const MOST_PICTURES = 4;

/**
 * The worst of each kind, at most 24 in all. Boxes count as they do for average precision at IoU 0.5, of those that are
 * reported: after the decision rule and, where the package has operating points, from these on. Misses: those with the
 * least overlap of any finding of their class first, of equal ones the largest, classes taking turns, so that a frequent
 * class leaves room for others. False alarms: in falling score.
 * @param threshold c*, 0..1
 */
export function mistakesOf(
  data: Joined,
  threshold: number,
  { findingWhenNormal, finding }: Partial<Omit<Thresholds, "abnormal">> = {},
): Mistakes {
  const { scores, positive, truth } = data;
  const cases =
    data.cases === null
      ? truth.map((): DetectionCase => ({ truth: [], findings: [] }))
      : afterRule(data.cases, scores, threshold, findingWhenNormal).map(({ truth: lesions, findings }) => ({
          truth: lesions,
          findings: atOperatingPoints(findings, finding),
        }));
  const about = (i: number): Omit<Mistake, "focus" | "note"> => ({
    imageId: truth[i].imageId,
    probability: scores[i],
    ...cases[i],
  });
  const misses: Ranked[] = [];
  const alarms: Ranked[] = [];
  for (const [i, { truth: lesions, findings }] of cases.entries()) {
    const picture = about(i);
    for (const label of LESION_CLASSES) {
      const there = lesions.filter((lesion) => lesion.label === label);
      const found = findings.filter((finding) => finding.label === label).sort((a, b) => b.score - a.score);
      const partners = matchLesions(found, there, IOU);
      for (const [k, lesion] of there.entries())
        if (!partners.includes(k)) misses.push(missed(picture, lesion, found));
      for (const [k, finding] of found.entries())
        if (partners[k] < 0)
          alarms.push({
            rank: [-finding.score],
            mistake: { ...picture, focus: finding, note: beside(finding, lesions) },
          });
    }
  }
  const wrong = (abnormal: boolean): Mistake[] =>
    Array.from(scores, (probability, i) => ({ probability, i }))
      .filter(({ probability, i }) => positive[i] === abnormal && probability >= threshold !== abnormal)
      .sort((a, b) => (abnormal ? a.probability - b.probability : b.probability - a.probability))
      .slice(0, MOST_PICTURES)
      .map(({ i }) => ({ ...about(i), focus: null, note: annotated(truth[i].lesions) }));
  return {
    misses: inTurns(misses.sort(byRank))
      .slice(0, MOST_BOXES)
      .sort(byRank)
      .map(({ mistake }) => mistake),
    falseAlarms: alarms
      .sort(byRank)
      .slice(0, MOST_BOXES)
      .map(({ mistake }) => mistake),
    missedPictures: wrong(true),
    alarmedPictures: wrong(false),
  };
}

interface Ranked {
  /** The worst have the least, the first number deciding. */
  readonly rank: readonly number[];
  readonly mistake: Mistake & { readonly focus: NonNullable<Mistake["focus"]> };
}

function byRank(a: Ranked, b: Ranked): number {
  const at = a.rank.findIndex((value, i) => value !== b.rank[i]);
  return at < 0 ? 0 : a.rank[at] - b.rank[at];
}

function missed(picture: Omit<Mistake, "focus" | "note">, lesion: Lesion, found: readonly Finding[]): Ranked {
  const nearest = Math.max(0, ...found.map(({ box }) => boxIou(box, lesion.box)));
  const [x0, y0, x1, y1] = lesion.box;
  return {
    rank: [nearest, -(x1 - x0) * (y1 - y0)],
    mistake: {
      ...picture,
      focus: { ...lesion, score: null },
      note:
        nearest > 0
          ? `nearest finding overlaps with IoU ${nearest.toFixed(2)}`
          : "no finding of its class here",
    },
  };
}

function beside({ label, box }: Finding, lesions: readonly Lesion[]): string {
  const nearest = lesions
    .map((lesion) => ({ lesion, iou: boxIou(lesion.box, box) }))
    .reduce<{ lesion: Lesion | null; iou: number }>((best, one) => (one.iou > best.iou ? one : best), {
      lesion: null,
      iou: 0,
    });
  if (nearest.lesion === null) return "nothing is annotated here";
  const iou = `IoU ${nearest.iou.toFixed(2)}`;
  if (nearest.lesion.label !== label) return `annotated as ${nearest.lesion.label}, ${iou}`;
  return nearest.iou >= IOU ? `a better box has this lesion, ${iou}` : `beside a lesion, ${iou}`;
}

function annotated(lesions: readonly Lesion[]): string {
  const labels = [...new Set(lesions.map(({ label }) => label))];
  return labels.length === 0 ? "no boxes annotated" : `annotated: ${labels.join(", ")}`;
}

/** First the worst of every class, then the second worst, and so on. */
function inTurns(ranked: readonly Ranked[]): Ranked[] {
  const turns = new Map<string, number>();
  return ranked
    .map((entry) => {
      const { label } = entry.mistake.focus;
      const turn = turns.get(label) ?? 0;
      turns.set(label, turn + 1);
      return { entry, turn };
    })
    .sort((a, b) => a.turn - b.turn)
    .map(({ entry }) => entry);
}
