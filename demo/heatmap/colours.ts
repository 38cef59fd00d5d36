/** Evidence as colour over a grey picture: none is clear, more goes from violet over red to yellow. */
import type { ActivationMap } from "./activation.ts";

/** Shares with red, green, blue, opacity, 0..255; its lightness only rises (after matplotlib's inferno). */
const STOPS: readonly (readonly [number, number, number, number, number])[] = [
  [0, 40, 11, 84, 0],
  [0.25, 101, 21, 110, 90],
  [0.5, 186, 54, 85, 190],
  [0.75, 243, 120, 25, 235],
  [1, 252, 255, 164, 255],
];

export function heatColour(share: number): [number, number, number, number] {
  const at = Math.min(1, Math.max(0, share));
  const above = STOPS.findIndex(([stop]) => stop >= at);
  if (above <= 0) return STOPS[0]!.slice(1) as [number, number, number, number];
  const [low, high] = [STOPS[above - 1]!, STOPS[above]!];
  const t = (at - low[0]) / (high[0] - low[0]);
  return [1, 2, 3, 4].map((i) => Math.round(low[i]! + t * (high[i]! - low[i]!))) as [
    number,
    number,
    number,
    number,
  ];
}

/** A picture without strong evidence anywhere stays pale: its strongest place is not called strong. */
const STRONG = 10;

/** Share of the strongest place of the map, from 0 where nothing speaks for "abnormal". */
export function evidence(logit: number, strongest: number): number {
  return Math.max(0, logit) / Math.max(STRONG, strongest);
}

/** Pixels for one of the map, so that canvas enlarges it without visible steps. */
const FINER = 16;

export function paintMap({ width, height, logits }: ActivationMap, canvas: HTMLCanvasElement): void {
  canvas.width = width * FINER;
  canvas.height = height * FINER;
  const context = canvas.getContext("2d")!;
  const pixels = context.createImageData(canvas.width, canvas.height);
  const strongest = logits.reduce((most, logit) => Math.max(most, logit), 0);
  for (let y = 0, at = 0; y < canvas.height; y++) {
    for (let x = 0; x < canvas.width; x++, at += 4) {
      const logit = bilinear(logits, width, height, (x + 0.5) / FINER - 0.5, (y + 0.5) / FINER - 0.5);
      pixels.data.set(heatColour(evidence(logit, strongest)), at);
    }
  }
  context.putImageData(pixels, 0, 0);
}

/** Between the middles of four values; beyond the outermost ones they go on. */
export function bilinear(values: Float32Array, width: number, height: number, x: number, y: number): number {
  const side = (at: number, length: number): [number, number, number] => {
    const inside = Math.min(length - 1, Math.max(0, at));
    const low = Math.floor(inside);
    return [low, Math.min(length - 1, low + 1), inside - low];
  };
  const [x0, x1, u] = side(x, width);
  const [y0, y1, v] = side(y, height);
  const row = (from: number): number => values[from * width + x0]! * (1 - u) + values[from * width + x1]! * u;
  return row(y0) * (1 - v) + row(y1) * v;
}

export function paintScale(canvas: HTMLCanvasElement): void {
  const context = canvas.getContext("2d")!;
  for (let x = 0; x < canvas.width; x++) {
    const [red, green, blue, alpha] = heatColour(x / (canvas.width - 1));
    context.fillStyle = `rgb(${red} ${green} ${blue} / ${alpha / 255})`;
    context.fillRect(x, 0, 1, canvas.height);
  }
}
