/** The user's cache folder, and texts in it. */
import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { SpineXRError } from "../api/errors.ts";
import { variable } from "./environment.ts";

/**
 * SPINEXR_CACHE, or "spinexr" in XDG_CACHE_HOME (where it is absolute, as its specification asks), in LOCALAPPDATA on
 * Windows, or in ~/.cache.
 */
export function cacheFolder(): string {
  const own = variable("SPINEXR_CACHE");
  if (own !== undefined) return resolve(own);
  const xdg = variable("XDG_CACHE_HOME");
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "spinexr");
  const local = process.platform === "win32" ? variable("LOCALAPPDATA") : undefined;
  return join(local ?? join(homedir(), ".cache"), "spinexr");
}

/**
 * FOLDER/name as UTF-8; null where it does not exist.
 * @throws SpineXRError FILE_UNREADABLE, LIMIT_EXCEEDED before more than that is read
 */
export async function readCached(folder: string, name: string, maxBytes: number): Promise<string | null> {
  const path = join(folder, name);
  try {
    await using file = await open(path, "r");
    const info = await file.stat();
    if (!info.isFile()) throw new SpineXRError("FILE_UNREADABLE", `${path} is not a file; remove it.`);
    if (info.size > maxBytes)
      throw new SpineXRError(
        "LIMIT_EXCEEDED",
        `${path} has ${info.size} bytes; expected at most ${maxBytes}. Remove it.`,
      );
    const bytes = new Uint8Array(info.size);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return new TextDecoder().decode(bytes.subarray(0, bytesRead));
  } catch (cause) {
    if (cause instanceof SpineXRError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    throw new SpineXRError("FILE_UNREADABLE", `${path} cannot be read (${code}).`, { cause });
  }
}

/**
 * Replaces FOLDER/name at once, making the folder: readers and other writers never meet half a text, and what a link at
 * that place leads to stays as it is.
 * @throws SpineXRError FILE_UNREADABLE
 */
export async function writeCached(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  const part = `${path}.${randomBytes(8).toString("hex")}.part`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(part, text, { flag: "wx", mode: 0o600 });
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true }).catch(() => undefined);
    const { code } = cause as NodeJS.ErrnoException;
    throw new SpineXRError("FILE_UNREADABLE", `${path} cannot be written (${code}); name another folder.`, {
      cause,
    });
  }
}
