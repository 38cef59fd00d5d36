/** What the browser says: processors, names for reports. */

/** Browsers have no environment variables. */
export const variable = (_name: string): string | undefined => undefined;

/** Nothing native is made for browsers. */
export const platformName = (): string => "browser";

/** "Chromium 156"; "a browser" where it does not say. */
export function runtimeName(): string {
  const { userAgent = "" } = globalThis.navigator ?? {};
  const [, name, version] =
    /(Firefox|Edg|Chrome)\/(\d+)/.exec(userAgent) ?? /(Version)\/(\d+).*Safari/.exec(userAgent) ?? [];
  if (name === undefined) return "a browser";
  const names: Record<string, string> = { Edg: "Edge", Chrome: "Chromium", Version: "Safari" };
  return `${names[name] ?? name} ${version}`;
}

/** "4 processors": browsers keep the model to themselves. */
export const processorName = (): string => `${processorCount()} processors`;

/** What the browser admits to. At least 1. */
export const processorCount = (): number => Math.max(1, globalThis.navigator?.hardwareConcurrency ?? 1);
