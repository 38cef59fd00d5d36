/** Files in the temporary folder that are made once and named after what they were made from. Safe to delete. */
import { access, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { sha256Hex } from "../src/platform/hash.ts";

const ROOT = join(import.meta.dirname, "..");
export const CACHE = join(tmpdir(), "spinexr-bench");

/**
 * A file or folder of the cache, made by `make` (which gets another path to write to) unless it is there.
 * @param sources files and folders of this checkout on which it depends
 * @param name with everything else on which it depends
 */
export async function cached(
  name: string,
  sources: readonly string[],
  make: (path: string) => Promise<unknown>,
): Promise<string> {
  const dot = name.lastIndexOf(".");
  const [stem, extension] = dot < 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot)];
  const path = join(CACHE, `${stem}-${(await sourceKey(sources)).slice(0, 12)}${extension}`);
  if (await exists(path)) return path;
  await mkdir(CACHE, { recursive: true });
  const part = `${path}.${process.pid}`;
  try {
    await make(part);
    // another process may have been faster; a folder is not replaced
    await rename(part, path).catch(async (error) => {
      if (!(await exists(path))) throw error;
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return path;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function sourceKey(sources: readonly string[]): Promise<string> {
  const parts: Uint8Array[] = [];
  for (const source of sources) {
    const isFolder = extname(source) === "";
    const inside = isFolder ? await readdir(join(ROOT, source), { recursive: true }) : [""];
    for (const file of inside.sort())
      if (extname(join(source, file)) !== "") parts.push(await readFile(join(ROOT, source, file)));
  }
  return sha256Hex(...parts);
}
