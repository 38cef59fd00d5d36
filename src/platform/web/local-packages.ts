/** The model package that comes with spinexr, file by file: bundlers look for literal addresses. */
import type { LocalPackage } from "../local-packages.ts";

export type { LocalPackage } from "../local-packages.ts";

const PHANTOM = "spinexr-phantom";

const phantomFiles = (): ReadonlyMap<string, URL> =>
  new Map([
    ["model.json", new URL("../../models/spinexr-phantom/model.json", import.meta.url)],
    ["densenet.onnx", new URL("../../models/spinexr-phantom/densenet.onnx", import.meta.url)],
    ["retinanet.onnx", new URL("../../models/spinexr-phantom/retinanet.onnx", import.meta.url)],
    ["golden.png", new URL("../../models/spinexr-phantom/golden.png", import.meta.url)],
  ]);

export const shippedPackages = async (): Promise<string[]> => [PHANTOM];

/** A reference with a slash or a dot is an address, relative to the page. null: it is none, and no shipped name. */
export async function findLocal(reference: string | URL): Promise<LocalPackage | null> {
  if (reference === PHANTOM) return { kind: "files", origin: PHANTOM, files: phantomFiles() };
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (reference instanceof URL || !/[./]/.test(reference) || !URL.canParse(reference, base)) return null;
  return { kind: "address", url: new URL(reference, base) };
}
