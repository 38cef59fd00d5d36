/** Where the files of a package lie: a folder, an archive, an address, or memory. */
import { SpineXRError } from "../api/errors.ts";
import type { ByteFile } from "../bytes/stored.ts";
import { isInsidePath, openZip } from "../convert/checkpoint/zip.ts";
import { readBytes } from "../platform/files.ts";
import { openInside, readInside } from "../platform/folders.ts";
import type { ReadOptions } from "../platform/remote.ts";

/** The largest protobuf message, hence the largest ONNX file. */
export const MAX_FILE_BYTES = 2 ** 31;

export interface PackageSource {
  /** For messages and reports. */
  readonly origin: string;
  /** @throws SpineXRError INVALID_PACKAGE where the file is not there, LIMIT_EXCEEDED, ABORTED */
  read(file: string, options?: ReadOptions): Promise<Uint8Array>;
  /** Where the file comes from over the network. */
  address?(file: string): URL | null;
  /** The same without reading it, where that is possible. */
  open?(file: string, signal?: AbortSignal): Promise<ByteFile>;
}

export function folderSource(path: string): PackageSource {
  const maxBytes = MAX_FILE_BYTES;
  const fail = (file: string) => (cause: unknown) => missing(path, file, cause);
  return {
    origin: path,
    read: (file, { signal } = {}) => readInside(path, file, { maxBytes, signal }).catch(fail(file)),
    open: (file, signal) => openInside(path, file, { maxBytes, signal }).catch(fail(file)),
  };
}

export function mapSource(files: ReadonlyMap<string, Uint8Array>): PackageSource {
  const origin = "memory";
  return {
    origin,
    read: async (file) => files.get(file) ?? missing(origin, file),
  };
}

/** `base` is the address of the folder; it ends with a slash. */
export const remoteSource = (base: URL): PackageSource =>
  addressSource(base.href, (file) => new URL(file, base));

/** Files with an address each. */
export const filesSource = (origin: string, files: ReadonlyMap<string, URL>): PackageSource =>
  addressSource(origin, (file) => files.get(file) ?? null);

function addressSource(origin: string, address: (file: string) => URL | null): PackageSource {
  return {
    origin,
    address,
    async read(file, options) {
      const url = address(file) ?? missing(origin, file);
      return readBytes(url, options).catch((cause) => missing(origin, file, cause));
    },
  };
}

/**
 * A .zip of a package folder: model.json lies at its top or in its only folder.
 * @throws SpineXRError INVALID_PACKAGE, LIMIT_EXCEEDED
 */
export function zipSource(bytes: Uint8Array, origin: string): PackageSource {
  const archive = openZip(bytes, {
    what: "The model package",
    code: "INVALID_PACKAGE",
    maxEntrySize: MAX_FILE_BYTES,
    maxEntries: 1000,
  });
  const manifests = [...archive.entries.keys()].filter((name) => /^([^/]+\/)?model\.json$/.test(name));
  if (manifests.length !== 1) {
    throw new SpineXRError(
      "INVALID_PACKAGE",
      `${origin} should hold one model.json, at its top or in its only folder; found ${manifests.length}.`,
    );
  }
  const prefix = manifests[0]!.slice(0, -"model.json".length);
  return {
    origin,
    read: async (file) =>
      isInsidePath(file) && archive.entries.has(prefix + file)
        ? archive.read(prefix + file)
        : missing(origin, file),
  };
}

function missing(origin: string, file: string, cause?: unknown): never {
  if (cause instanceof SpineXRError && cause.code !== "FILE_NOT_FOUND") throw cause;
  throw new SpineXRError(
    "INVALID_PACKAGE",
    `The model package ${origin} has no file ${file}; the package is incomplete, fetch or copy it again.`,
    { cause },
  );
}
