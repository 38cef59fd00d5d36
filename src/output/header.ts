/** The strip above the picture: verdict, probability against threshold, what it is for. */
import type { ScreeningReport } from "../api/results.ts";
import { ABNORMAL, BLACK, FAINT, NORMAL, type Rgb, TEXT, TRACK, WHITE } from "./colours.ts";
import type { Item } from "./scene.ts";
import { plainText, textItem } from "./text.ts";

const NOTICE = "RESEARCH USE ONLY - NOT A DIAGNOSIS";
const SIDE_BY_SIDE = 46;

/** The notice beside the verdict, or below it where the strip is narrow. */
const narrow = (size: number, width: number): boolean => width < SIDE_BY_SIDE * size;

export const headerHeight = (size: number, width: number): number =>
  Math.round(size * (narrow(size, width) ? 6.7 : 4.9));

export function headerItems(
  report: ScreeningReport,
  looked: boolean,
  strip: { readonly x: number; readonly y: number; readonly width: number },
  size: number,
): Item[] {
  const { x, y, width } = strip;
  const large = size * 1.6;
  const first = Math.round(y + size * 2.3);
  const second = Math.round(y + size * 4.1);
  const [verdict, colour] = verdictOf(report);
  const verdictText = textItem(verdict, { x, baseline: first }, { size: large, colour, bold: true });
  const verdictWidth = plainText(verdict, large).width;
  const items: Item[] = [verdictText];
  if (report.abnormal !== null) {
    const { probability, threshold } = report.abnormal;
    items.push(
      textItem(
        `probability ${probability.toFixed(3)}`,
        { x: x + verdictWidth + size * 0.8, baseline: first },
        { size: large, colour: TEXT },
      ),
      ...gauge(probability, threshold, colour, { x, y: second - size * 0.62, width: size * 11 }, size),
      textItem(
        `threshold ${threshold.toFixed(3)}`,
        { x: x + size * 11.8, baseline: second },
        { size, colour: FAINT },
      ),
    );
  }
  const found = counts(report, looked);
  const foundWidth = plainText(found, size).width;
  const below = narrow(size, width);
  items.push(
    textItem(
      found,
      { x: report.abnormal === null ? x : Math.min(x + width - foundWidth, x + size * 21), baseline: second },
      { size, colour: FAINT },
    ),
  );
  const notice = plainText(NOTICE, size * 0.9).width;
  const chip = { width: Math.ceil(notice + size), height: Math.round(size * 1.6) };
  const chipX = below ? x : x + width - chip.width;
  const chipY = Math.round(below ? y + size * 4.9 : first - size * 1.25);
  items.push(
    { kind: "fill", rect: { x: chipX, y: chipY, ...chip }, colour: WHITE, opacity: 1, radius: size * 0.3 },
    textItem(
      NOTICE,
      { x: chipX + size / 2, baseline: Math.round(chipY + chip.height / 2 + size * 0.33) },
      { size: size * 0.9, colour: BLACK, bold: true },
    ),
  );
  return items;
}

function verdictOf({ abnormal }: ScreeningReport): [string, Rgb] {
  if (abnormal === null) return ["No verdict", TEXT];
  return abnormal.positive ? ["Abnormal", ABNORMAL] : ["Normal", NORMAL];
}

function counts({ findings, suppressed }: ScreeningReport, looked: boolean): string {
  if (!looked) return "lesions were not looked for";
  const found = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  return suppressed.length === 0 ? found : `${found}, ${suppressed.length} suppressed`;
}

/** A bar filled up to the probability, with a tick at the threshold. */
function gauge(
  probability: number,
  threshold: number,
  colour: Rgb,
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
  size: number,
): Item[] {
  const height = Math.round(size * 0.55);
  const top = Math.round(y);
  const radius = height / 2;
  const tick = Math.max(2, Math.round(size * 0.14));
  const filled = Math.max(height, width * probability);
  return [
    { kind: "fill", rect: { x, y: top, width, height }, colour: TRACK, opacity: 1, radius },
    { kind: "fill", rect: { x, y: top, width: filled, height }, colour, opacity: 1, radius },
    {
      kind: "fill",
      rect: {
        x: x + Math.round((width - tick) * threshold),
        y: top - height * 0.4,
        width: tick,
        height: height * 1.8,
      },
      colour: WHITE,
      opacity: 1,
      radius: 0,
    },
  ];
}
