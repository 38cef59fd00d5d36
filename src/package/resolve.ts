/** openPackage(): a name, path, address or set of files to a checked model package. */
import { type ErrorCode, SpineXRError, throwIfAborted } from "../api/errors.ts";
import { suggestion } from "../api/options.ts";
import type { OnProgress } from "../api/progress.ts";
import type { ByteFile } from "../bytes/stored.ts";
import { readBytes } from "../platform/files.ts";
import { sha256Hex, sha256HexOfFile } from "../platform/hash.ts";
import { findLocal, shippedPackages } from "../platform/local-packages.ts";
import { packageCache } from "../platform/package-cache.ts";
import { isOffline } from "../platform/remote.ts";
import type { Manifest } from "./manifest.ts";
import {
  filesSource,
  folderSource,
  mapSource,
  type PackageSource,
  remoteSource,
  zipSource,
} from "./source.ts";
import { parseManifest } from "./validate.ts";

/** What openPackage takes: a shipped name, a path, a file: or http(s): URL, or the files themselves by name. */
export type PackageReference = string | URL | { readonly files: ReadonlyMap<string, Uint8Array> };

export interface ModelPackage {
  readonly manifest: Manifest;
  /** Folder, archive or address that the package came from. */
  readonly origin: string;
  /** SHA-256 of model.json. */
  readonly sha256: string;
  /**
   * The bytes of a file that the manifest names, after its sha256 was checked.
   * @throws SpineXRError HASH_MISMATCH, INVALID_PACKAGE, INVALID_ARGUMENT (not named), LIMIT_EXCEEDED, ABORTED
   */
  read(file: string): Promise<Uint8Array>;
  /**
   * The same; a file in a folder after its sha256 was checked, without having it in memory. The caller closes it.
   * @throws SpineXRError as read()
   */
  open(file: string): Promise<Uint8Array | ByteFile>;
}

export interface OpenPackageOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

const MANIFEST = "model.json";

/**
 * Opens a model package and checks its manifest. A name of a shipped package wins over a folder of the same name
 * (write "./name" for the folder). Nothing is fetched unless the reference is an http(s) URL.
 *
 * @throws SpineXRError MODEL_NOT_FOUND listing the shipped names, INVALID_PACKAGE, LIMIT_EXCEEDED, FILE_UNREADABLE, ABORTED
 */
export async function openPackage(
  reference: PackageReference,
  options: OpenPackageOptions = {},
): Promise<ModelPackage> {
  const { signal, onProgress } = options;
  throwIfAborted(signal);
  const source = await findSource(reference, options);
  const fetchFile = async (file: string): Promise<Uint8Array> => {
    throwIfAborted(signal);
    onProgress?.({ phase: "fetch", file, loaded: 0, total: null });
    const onBytes = (loaded: number, total: number | null): void => {
      if (loaded !== total) onProgress?.({ phase: "fetch", file, loaded, total });
    };
    const bytes = await source.read(file, { signal, onBytes });
    onProgress?.({ phase: "fetch", file, loaded: bytes.length, total: bytes.length });
    return bytes;
  };
  const { manifest, manifestBytes } = await readManifest(source, fetchFile);
  const hashes = hashesOf(manifest);
  const hashOf = (file: string): string =>
    hashes.get(file) ??
    fail("INVALID_ARGUMENT", `model.json of ${source.origin} does not name a file ${JSON.stringify(file)}.`);
  const verify = (file: string, found: string): void => {
    if (found !== hashOf(file))
      fail(
        "HASH_MISMATCH",
        `${file} of the model package ${source.origin} has sha256 ${found}; model.json says ${hashOf(file)}. ` +
          "The file is damaged or was changed: fetch or convert the package again.",
      );
  };
  const read = async (file: string): Promise<Uint8Array> => {
    hashOf(file);
    const address = source.address?.(file) ?? null;
    const kept = address && (await packageCache?.get(address, hashOf(file)));
    if (kept && sha256Hex(kept) === hashOf(file)) {
      onProgress?.({ phase: "fetch", file, loaded: kept.length, total: kept.length });
      return kept;
    }
    const bytes = await fetchFile(file);
    onProgress?.({ phase: "verify", file });
    verify(file, sha256Hex(bytes));
    if (address !== null) await packageCache?.put(address, hashOf(file), bytes);
    return bytes;
  };
  return {
    manifest,
    origin: source.origin,
    sha256: sha256Hex(manifestBytes),
    read,
    async open(file) {
      hashOf(file);
      if (source.open === undefined) return read(file);
      throwIfAborted(signal);
      onProgress?.({ phase: "fetch", file, loaded: 0, total: null });
      const opened = await source.open(file, signal);
      try {
        onProgress?.({ phase: "fetch", file, loaded: opened.size, total: opened.size });
        onProgress?.({ phase: "verify", file });
        verify(file, await sha256HexOfFile(opened, signal));
        return opened;
      } catch (error) {
        opened.close();
        throw error;
      }
    },
  };
}

/** The manifest as it is now; where the network cannot be reached, as it was when the package was loaded last. */
async function readManifest(source: PackageSource, fetchFile: (file: string) => Promise<Uint8Array>) {
  const address = source.address?.(MANIFEST) ?? null;
  let manifestBytes: Uint8Array;
  try {
    manifestBytes = await fetchFile(MANIFEST);
  } catch (error) {
    const kept = address && isOffline(error) ? await packageCache?.get(address, MANIFEST) : null;
    if (!kept) throw error;
    manifestBytes = kept;
  }
  const manifest = parseManifest(manifestBytes);
  if (address !== null) await packageCache?.put(address, MANIFEST, manifestBytes);
  return { manifest, manifestBytes };
}

function fail(code: ErrorCode, sentence: string): never {
  throw new SpineXRError(code, sentence);
}

export { shippedPackages };

function hashesOf({ classifiers, detector, selfTest }: Manifest): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const reference of [...classifiers, detector, selfTest]) {
    if (reference === null) continue;
    const { file, sha256 } = reference;
    if ((hashes.get(file) ?? sha256) !== sha256) {
      throw new SpineXRError("INVALID_PACKAGE", `model.json gives two different sha256 for ${file}.`);
    }
    hashes.set(file, sha256);
  }
  return hashes;
}

async function findSource(reference: PackageReference, options: OpenPackageOptions): Promise<PackageSource> {
  if (reference instanceof URL) {
    return reference.protocol === "file:" ? localSource(reference, options) : remote(reference, options);
  }
  if (typeof reference === "string") {
    if (/^https?:\/\//i.test(reference) && !URL.canParse(reference)) {
      throw new SpineXRError("INVALID_ARGUMENT", `${reference} is not a valid URL; check the address.`);
    }
    return /^https?:\/\//i.test(reference)
      ? remote(new URL(reference), options)
      : localSource(reference, options);
  }
  if (reference?.files instanceof Map) return mapSource(reference.files);
  throw new SpineXRError(
    "INVALID_ARGUMENT",
    "A model package is named by a shipped name, a path, a URL or { files: Map of name to bytes }.",
  );
}

async function remote(url: URL, { signal, onProgress }: OpenPackageOptions): Promise<PackageSource> {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `A model package cannot be read from ${url.protocol} addresses; expected http:, https: or file:.`,
    );
  }
  if (url.pathname.endsWith(".zip")) {
    const file = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
    const onBytes = (loaded: number, total: number | null): void =>
      onProgress?.({ phase: "fetch", file, loaded, total });
    return zipSource(await readBytes(url, { signal, onBytes }), url.href);
  }
  if (url.pathname.endsWith(`/${MANIFEST}`)) return remoteSource(new URL(".", url));
  return remoteSource(new URL(url.pathname.endsWith("/") ? url.href : `${url.origin}${url.pathname}/`));
}

async function localSource(reference: string | URL, options: OpenPackageOptions): Promise<PackageSource> {
  const found = await findLocal(reference);
  switch (found?.kind) {
    case "folder":
      return folderSource(found.path);
    case "archive":
      return zipSource(await readBytes(found.path, { signal: options.signal }), found.path);
    case "files":
      return filesSource(found.origin, found.files);
    case "address":
      return remote(found.url, options);
  }
  const shipped = await shippedPackages();
  throw new SpineXRError(
    "MODEL_NOT_FOUND",
    `There is no model package ${JSON.stringify(`${reference}`)}: no such folder or .zip, and no shipped package of that ` +
      `name.${suggestion(`${reference}`, shipped)} Shipped packages: ${shipped.join(", ") || "none"}.`,
  );
}
