/** From the names on a command line to the pictures they mean. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const PICTURE = /\.(dcm|dicom|ima|png|jpe?g)$/i;
/** Written by screen --overlay: no radiographs, though they may lie beside them. */
const OVERLAY = /\.overlay\.png$/i;

/** Files as given; a folder becomes the pictures in it and below, sorted by name. A name that does not exist stays, so that it is reported. */
export async function expandInputs(names: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const name of names) {
    const folder = await stat(name).then(
      (info) => info.isDirectory(),
      () => false,
    );
    if (folder) files.push(...(await picturesBelow(name)));
    else files.push(name);
  }
  return files;
}

async function picturesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && PICTURE.test(entry.name) && !OVERLAY.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
