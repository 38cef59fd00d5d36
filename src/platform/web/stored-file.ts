/** Files that are read in parts, as they are needed: browsers have none that can be read without waiting. */
import { SpineXRError } from "../../api/errors.ts";
import type { ByteFile } from "../../bytes/stored.ts";
import type { ByteSource } from "./files.ts";

export class StoredFile implements ByteFile {
  readonly size = 0;
  readonly descriptor = -1;

  /** @throws SpineXRError FILE_UNREADABLE */
  constructor(path: string) {
    throw refusal(path);
  }

  read(): Uint8Array<ArrayBuffer> {
    throw refusal("");
  }

  readInto(): void {
    throw refusal("");
  }

  check(): void {}

  close(): void {}
}

const refusal = (path: string): SpineXRError =>
  new SpineXRError(
    "FILE_UNREADABLE",
    `Browsers cannot open the file ${path}; give a File, its bytes or an http(s) address.`,
  );

/** null: readBytes() sees to every source. */
export const openStored = (_source: ByteSource): StoredFile | null => null;
