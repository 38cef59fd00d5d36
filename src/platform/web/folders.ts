/** Browsers have no folders. */
import { SpineXRError } from "../../api/errors.ts";
import type { StoredFile } from "./stored-file.ts";

export const pathKind = async (_path: string): Promise<"file" | "folder" | "absent"> => "absent";

export const foldersWith = async (_path: string, _marker: string): Promise<string[]> => [];

/** @throws SpineXRError FILE_UNREADABLE */
export const readInside = async (folder: string, file: string): Promise<Uint8Array> => refuse(folder, file);

/** @throws SpineXRError FILE_UNREADABLE */
export const openInside = async (folder: string, file: string): Promise<StoredFile> => refuse(folder, file);

function refuse(folder: string, file: string): never {
  throw new SpineXRError(
    "FILE_UNREADABLE",
    `Browsers cannot read ${file} in the folder ${folder}; give a File, its bytes or an http(s) address.`,
  );
}
