/** A package folder that appears whole or not at all. */
import type { Dirent } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { SpineXRError } from "../api/errors.ts";
import type { PackageWriter } from "./convert-options.ts";

/**
 * Throws unless the folder `out` may be written: it is absent or empty, or holds a package and `force` is set.
 * @throws SpineXRError INVALID_ARGUMENT
 */
export async function checkOutput(out: string, force: boolean): Promise<void> {
  let entries: Dirent[];
  try {
    entries = await readdir(out, { withFileTypes: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return;
    throw new SpineXRError("INVALID_ARGUMENT", `${out} is not a folder; choose another place.`, { cause });
  }
  if (entries.length === 0) return;
  const ours = (entry: Dirent): boolean =>
    entry.isFile() && /^(model\.json|[^.].*\.(onnx|png))$/.test(entry.name);
  const foreign = entries.find((entry) => !ours(entry));
  if (foreign !== undefined || !entries.some(({ name }) => name === "model.json")) {
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `The folder ${out} holds ${(foreign ?? entries[0]!).name}, which is no part of a model package; choose another folder.`,
    );
  }
  if (!force) {
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `The folder ${out} holds a model package already; choose another folder, or force its replacement.`,
    );
  }
}

/**
 * Gives `fill` a writer into a new folder beside `out` and renames it to `out` when `fill` is done. Where `fill`
 * fails, nothing stays behind.
 */
export async function writeFolder<T>(
  out: string,
  force: boolean,
  fill: (writer: PackageWriter) => Promise<T>,
): Promise<T> {
  const target = resolve(out);
  await mkdir(dirname(target), { recursive: true });
  const staging = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const fresh = join(staging, "new");
    await mkdir(fresh);
    const result = await fill({ write: (file, bytes) => writeFile(join(fresh, file), bytes) });
    await checkOutput(out, force);
    await swap(fresh, target, join(staging, "old"));
    return result;
  } catch (cause) {
    if (cause instanceof SpineXRError || (cause as NodeJS.ErrnoException).code === undefined) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new SpineXRError("FILE_UNREADABLE", `The package ${out} cannot be written (${code}).`, { cause });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Moves `fresh` to `target`; what was there goes to `aside`, and comes back should the move fail. */
async function swap(fresh: string, target: string, aside: string): Promise<void> {
  const replaced = await rename(target, aside).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code !== "ENOENT") throw cause;
      return false;
    },
  );
  try {
    await rename(fresh, target);
  } catch (cause) {
    if (replaced) await rename(aside, target);
    throw cause;
  }
}
