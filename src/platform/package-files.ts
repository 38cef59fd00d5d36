/** Files of this package, found alike from src/ (a checkout) and dist/ (installed): both lie two levels below its root. */

import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

/** Absolute path of a file of the package, by its path from the root. */
export const packagePath = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Bytes of dist/wasm/NAME. Rejects with the file system's error. */
export const readWasmFile = (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  readFile(packagePath(`dist/wasm/${name}`)) as Promise<Uint8Array<ArrayBuffer>>;

/** Loads a native addon, or a package that is one. Throws the loader's error. */
export const loadAddonFile = (pathOrPackage: string): unknown => require(pathOrPackage);

/** The absolute path of a file that is there; null: none is, or it is a folder. */
export function existingFile(path: string): string | null {
  try {
    return statSync(path).isFile() ? resolve(path) : null;
  } catch {
    return null;
  }
}

/** The file that an installed package consists of (its main); null: it is not installed. */
export function packageMain(name: string): string | null {
  try {
    return require.resolve(name);
  } catch {
    return null;
  }
}
