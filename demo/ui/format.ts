/** Numbers and sentences for people. */
export const score = (value: number): string => value.toFixed(2);

/** Never 1 or 0 for what only comes near. */
export function probability(value: number): string {
  if (value > 0.9999 && value < 1) return "> 0.9999";
  return value < 0.0001 && value > 0 ? "< 0.0001" : value.toFixed(4);
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

export const milliseconds = (ms: number): string =>
  ms < 10 ? `${ms.toFixed(1)} ms` : ms < 9950 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** Where a box is: columns and rows of the original picture, from its top left corner. */
export const position = ([x0, y0, x1, y1]: readonly [number, number, number, number]): string =>
  `x ${Math.round(x0)}–${Math.round(x1)}, y ${Math.round(y0)}–${Math.round(y1)}`;
