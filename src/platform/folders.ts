/** Folders on disk, read with care: nothing outside them, nothing above a size. */
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { SpineXRError, throwIfAborted } from "../api/errors.ts";
import { StoredFile } from "./stored-file.ts";

export async function pathKind(path: string): Promise<"file" | "folder" | "absent"> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch {
    return "absent";
  }
}

/** Names of the folders in `path` that hold a file `marker`, sorted; none where `path` is absent. */
export async function foldersWith(path: string, marker: string): Promise<string[]> {
  const names = await readdir(path).catch(() => []);
  const kinds = await Promise.all(names.map((name) => pathKind(join(path, name, marker))));
  return names.filter((_, index) => kinds[index] === "file").sort();
}

interface InsideOptions {
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads FOLDER/file. A link that leaves the folder is refused.
 * @throws SpineXRError FILE_NOT_FOUND, FILE_UNREADABLE, LIMIT_EXCEEDED, ABORTED
 */
export async function readInside(folder: string, file: string, options: InsideOptions): Promise<Uint8Array> {
  const opened = await openInside(folder, file, options);
  try {
    return opened.read(0, opened.size);
  } finally {
    opened.close();
  }
}

/** Opens FOLDER/file; otherwise as readInside(). */
export async function openInside(folder: string, file: string, options: InsideOptions): Promise<StoredFile> {
  throwIfAborted(options.signal);
  try {
    const path = await realpath(join(folder, file));
    if (!path.startsWith((await realpath(folder)) + sep)) {
      throw new SpineXRError(
        "FILE_UNREADABLE",
        `${file} leads out of the folder ${folder}; copy it into the folder.`,
      );
    }
    return new StoredFile(path, options.maxBytes);
  } catch (cause) {
    if (cause instanceof SpineXRError) throw cause;
    throwIfAborted(options.signal);
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") {
      throw new SpineXRError("FILE_NOT_FOUND", `There is no file ${join(folder, file)}.`, { cause });
    }
    throw new SpineXRError("FILE_UNREADABLE", `${join(folder, file)} cannot be read (${code}).`, { cause });
  }
}
