/** What the browser says of itself and of the machine. */

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

/** The adapter as far as the browser tells, or that there is none. */
export async function adapterName(): Promise<string> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  if (adapter == null) return navigator.gpu === undefined ? "not in this browser" : "no adapter";
  const { vendor, architecture, description } = adapter.info;
  return (
    [vendor, architecture, description].filter((part) => part !== "").join(" ") || "an adapter without a name"
  );
}
