/** What the browser says of itself and of the machine. */
import { findAdapter } from "../../src/backends/webgpu/device.ts";

/** "Chromium 150", "Firefox 140.0" */
export function browserName(): string {
  const brands = (navigator as { userAgentData?: { brands: { brand: string; version: string }[] } })
    .userAgentData?.brands;
  // One brand is made up on purpose, so that nobody relies on the list.
  const brand = brands?.find(({ brand }) => !/not.?a.?brand/i.test(brand.replace(/[^a-z]/gi, " ")));
  if (brand !== undefined) return `${brand.brand} ${brand.version}`;
  const [, name, version] = /(Firefox|Edg|Chrome|Version)\/([\d.]+)/.exec(navigator.userAgent) ?? [];
  return name === undefined ? "unknown browser" : `${name === "Version" ? "Safari" : name} ${version}`;
}

/** "Linux", "macOS", "Android" */
export function systemName(): string {
  const platform = (navigator as { userAgentData?: { platform: string } }).userAgentData?.platform;
  return platform || navigator.platform || "unknown system";
}

/** The adapter as far as the browser tells, or why there is none. `software`: a processor stands in for a GPU. */
export async function describeAdapter(): Promise<{ name: string; software: boolean }> {
  const { gpu } = navigator;
  if (gpu === undefined) return { name: "not in this browser", software: false };
  try {
    return await findAdapter(async () => ({ gpu, runtime: browserName() }));
  } catch (error) {
    return { name: (error as Error).message, software: false };
  }
}
