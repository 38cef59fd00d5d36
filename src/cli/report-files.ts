/** What `spinexr screen --out` leaves in a folder: files of each picture as soon as it is done, under its name. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

export class ReportFiles {
  readonly #folder: string;
  readonly #taken = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder where it does not exist. */
  static async open(folder: string): Promise<ReportFiles> {
    await mkdir(folder, { recursive: true });
    return new ReportFiles(folder);
  }

  /** The name of a picture's files without their endings: a second picture of the same name gets name-2, so that no report is lost. */
  nameFor(input: string): string {
    const base = basename(input);
    let name = base;
    for (let count = 2; this.#taken.has(name); count++) name = `${base}-${count}`;
    this.#taken.add(name);
    return name;
  }

  /** Files get their name when they are whole. Returns the path. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const file = join(this.#folder, name);
    await writeFile(`${file}.part`, content);
    await rename(`${file}.part`, file);
    return file;
  }
}
