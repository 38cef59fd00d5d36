/** Folders on disk, read with care: nothing outside them, nothing above a size. */
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { SpineXRError, throwIfAborted } from "../api/errors.ts";

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

/**
 * Reads FOLDER/file. A link that leaves the folder is refused.
 * @throws SpineXRError FILE_NOT_FOUND, FILE_UNREADABLE, LIMIT_EXCEEDED, ABORTED
 */
export async function readInside(
  folder: string,
  file: string,
  options: { maxBytes: number; signal?: AbortSignal },
): Promise<Uint8Array> {
  throwIfAborted(options.signal);
  try {
    const path = await realpath(join(folder, file));
    if (!path.startsWith((await realpath(folder)) + sep)) {
      throw new SpineXRError(
        "FILE_UNREADABLE",
        `${file} leads out of the folder ${folder}; copy it into the folder.`,
      );
    }
    const info = await stat(path);
    if (!info.isFile()) throw new SpineXRError("FILE_UNREADABLE", `${join(folder, file)} is not a file.`);
    if (info.size > options.maxBytes) {
      throw new SpineXRError(
        "LIMIT_EXCEEDED",
        `${join(folder, file)} has ${info.size} bytes; expected at most ${options.maxBytes}.`,
      );
    }
    return await readFile(path, { signal: options.signal });
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
