/** Model packages on this machine: those that come with spinexr, folders, archives. */
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { foldersWith, pathKind } from "./folders.ts";

/** What a reference that is no http(s) address means. */
export type LocalPackage =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "archive"; readonly path: string }
  /** Files with an address each, by their name in the package. */
  | { readonly kind: "files"; readonly origin: string; readonly files: ReadonlyMap<string, URL> }
  | { readonly kind: "address"; readonly url: URL };

const MANIFEST = "model.json";

/** Beside src/ in a checkout, beside dist/ when installed. */
const SHIPPED = new URL("../../models/", import.meta.url);

/** Names of the packages that come with spinexr. */
export const shippedPackages = (): Promise<string[]> => foldersWith(fileURLToPath(SHIPPED), MANIFEST);

/** null: there is nothing of that name. A name of a shipped package wins over a folder of the same name. */
export async function findLocal(reference: string | URL): Promise<LocalPackage | null> {
  const path = reference instanceof URL ? fileURLToPath(reference) : reference;
  if ((await shippedPackages()).includes(path))
    return { kind: "folder", path: fileURLToPath(new URL(`${path}/`, SHIPPED)) };
  const kind = path === "" ? "absent" : await pathKind(path);
  if (kind === "absent") return null;
  if (kind === "folder") return { kind, path };
  return basename(path) === MANIFEST ? { kind: "folder", path: dirname(path) } : { kind: "archive", path };
}
