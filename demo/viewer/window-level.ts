/** Grey windows over stored values. Arithmetic only. */

/** Stored values from center - width / 2 to center + width / 2 go from one end of the grey scale to the other. */
export interface GreyWindow {
  readonly center: number;
  readonly width: number;
  /** High values are shown dark. */
  readonly dark: boolean;
}

type Numbers = ArrayLike<number>;

const SAMPLES = 20_000;

/**
 * The straight window nearest to a picture that was made of the samples in any way: the line through values that are
 * neither black nor white in it, by least squares.
 */
export function nearestWindow(samples: Numbers, shown: Uint8Array): GreyWindow {
  const step = Math.max(1, Math.floor(samples.length / SAMPLES));
  let [n, sx, sy, sxx, sxy] = [0, 0, 0, 0, 0];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < samples.length; i += step) {
    const [x, y] = [samples[i]!, shown[i]!];
    if (x < low) low = x;
    if (x > high) high = x;
    if (y <= 4 || y >= 251) continue;
    n++;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
  }
  const spread = n * sxx - sx * sx;
  const slope = spread > 0 ? (n * sxy - sx * sy) / spread : 0;
  if (!Number.isFinite(slope) || Math.abs(slope) < 1e-9) {
    const width = Math.max(1, high - low);
    return { center: low + width / 2, width, dark: false };
  }
  const offset = (sy - slope * sx) / n;
  return { center: (127.5 - offset) / slope, width: 255 / Math.abs(slope), dark: slope < 0 };
}

/**
 * A drag of the pointer: to the right widens, upwards brightens, the whole of a stage's side doubling or halving the width and
 * moving the center by one width.
 */
export function dragWindow(
  from: GreyWindow,
  dx: number,
  dy: number,
  stage: { width: number; height: number },
): GreyWindow {
  const width = Math.max(1, from.width * 2 ** ((2 * dx) / Math.max(1, stage.width)));
  const up = (-dy / Math.max(1, stage.height)) * from.width;
  return { ...from, width, center: from.center + (from.dark ? up : -up) };
}

/** Grey, 0..255, of a stored value. */
export function grey({ center, width, dark }: GreyWindow, value: number): number {
  const share = Math.min(1, Math.max(0, (value - center) / width + 0.5));
  return Math.round(255 * (dark ? 1 - share : share));
}

/** Grey of all values from `low` to `high`. */
export function greyTable(window: GreyWindow, low: number, high: number): Uint8Array {
  const table = new Uint8Array(high - low + 1);
  for (let i = 0; i < table.length; i++) table[i] = grey(window, low + i);
  return table;
}
