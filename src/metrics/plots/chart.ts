/** One line chart as SVG text: frame, ticks, grid, lines and legend. */

export interface Series {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** "line" joins the points; "steps" goes across before it goes up or down; "dots" joins and marks them. */
  readonly kind?: "line" | "steps" | "dots";
  /** A grey dashed line for comparison. */
  readonly reference?: boolean;
}

export interface Axis {
  readonly label: string;
  readonly low: number;
  readonly high: number;
  /** Distance between ticks. */
  readonly tick: number;
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const PLOT = { left: 64, top: 44, width: 420, height: 420 } as const;
const LEGEND_LEFT = PLOT.left + PLOT.width + 20;
const SIZE = { width: LEGEND_LEFT + 232, height: PLOT.top + PLOT.height + 56 } as const;
const LEGEND_LINE = 20;

/** Okabe and Ito's colours, told apart with colour-blind eyes too; yellow is left out on white. */
const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000"];

/** Complete SVG document; points outside the axes are cut off at the frame. */
export function chartSvg(chart: Chart): string {
  const { x, y } = chart;
  const toX = (value: number): number => PLOT.left + ((value - x.low) / (x.high - x.low)) * PLOT.width;
  const toY = (value: number): number =>
    PLOT.top + PLOT.height - ((value - y.low) / (y.high - y.low)) * PLOT.height;
  const bottom = PLOT.top + PLOT.height;
  const middle = { x: PLOT.left + PLOT.width / 2, y: PLOT.top + PLOT.height / 2 };
  const grid = [
    ...ticks(x).map(
      ([value, text]) =>
        `<path d="M${point(toX(value), PLOT.top)}V${bottom + 5}" stroke="#ddd"/>` +
        `<text x="${round(toX(value))}" y="${bottom + 20}" text-anchor="middle">${text}</text>`,
    ),
    ...ticks(y).map(
      ([value, text]) =>
        `<path d="M${point(PLOT.left - 5, toY(value))}H${PLOT.left + PLOT.width}" stroke="#ddd"/>` +
        `<text x="${PLOT.left - 9}" y="${round(toY(value) + 4)}" text-anchor="end">${text}</text>`,
    ),
  ];
  // Named by the title, so that several charts can stand in one page.
  const frame = `frame-${chart.title.replace(/[^a-z0-9]+/gi, "-")}`;
  let color = 0;
  const drawn = chart.series.map((series, i) => {
    const stroke = series.reference ? "#888" : COLORS[color++ % COLORS.length];
    const style = series.reference
      ? `stroke="${stroke}" stroke-dasharray="5 4"`
      : `stroke="${stroke}" stroke-width="2"`;
    const legendY = PLOT.top + 12 + i * LEGEND_LINE;
    return {
      line: `<path d="${path(series, toX, toY)}" fill="none" stroke-linejoin="round" ${style}/>${dots(series, toX, toY, stroke)}`,
      legend:
        `<path d="M${LEGEND_LEFT} ${legendY}h22" fill="none" ${style}/>` +
        `<text x="${LEGEND_LEFT + 29}" y="${legendY + 4}">${escapeXml(series.name)}</text>`,
    };
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" width="${SIZE.width}" height="${SIZE.height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<title>${escapeXml(chart.title)}</title>`,
    `<clipPath id="${frame}"><rect x="${PLOT.left - 2}" y="${PLOT.top - 2}" width="${PLOT.width + 4}" height="${PLOT.height + 4}"/></clipPath>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="${middle.x}" y="26" text-anchor="middle" font-size="15">${escapeXml(chart.title)}</text>`,
    ...grid,
    `<rect x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.width}" height="${PLOT.height}" fill="none" stroke="#222"/>`,
    `<g clip-path="url(#${frame})">${drawn.map(({ line }) => line).join("\n")}</g>`,
    ...drawn.map(({ legend }) => legend),
    `<text x="${middle.x}" y="${bottom + 44}" text-anchor="middle" font-size="13">${escapeXml(x.label)}</text>`,
    `<text transform="translate(18 ${middle.y}) rotate(-90)" text-anchor="middle" font-size="13">${escapeXml(y.label)}</text>`,
    "</svg>",
    "",
  ].join("\n");
}

type Scale = (value: number) => number;

/** Points nearer than this to the last one drawn would not be seen; a curve of many findings has 100,000. */
const LEAST_STEP = 0.2;

function path({ x, y, kind }: Series, toX: Scale, toY: Scale): string {
  let text = "";
  let [lastX, lastY] = [Number.NaN, Number.NaN];
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [toX(x[i]), toY(y[i])];
    const near = Math.max(Math.abs(px - lastX), Math.abs(py - lastY)) < LEAST_STEP;
    if (near && i + 1 < x.length) continue;
    if (i === 0) text += `M${point(px, py)}`;
    else if (kind === "steps") text += `H${round(px)}V${round(py)}`;
    else text += `L${point(px, py)}`;
    [lastX, lastY] = [px, py];
  }
  return text;
}

function dots({ x, y, kind }: Series, toX: Scale, toY: Scale, fill: string): string {
  if (kind !== "dots") return "";
  return Array.from(
    x,
    (value, i) => `<circle cx="${round(toX(value))}" cy="${round(toY(y[i]))}" r="4" fill="${fill}"/>`,
  ).join("");
}

function ticks({ low, high, tick }: Axis): [value: number, text: string][] {
  const count = Math.round((high - low) / tick);
  const digits = Number.isInteger(tick) ? 0 : 1;
  return Array.from({ length: count + 1 }, (_, i) => [low + i * tick, (low + i * tick).toFixed(digits)]);
}

const round = (value: number): string => String(Math.round(value * 100) / 100);
const point = (x: number, y: number): string => `${round(x)} ${round(y)}`;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** For text and attribute values. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
