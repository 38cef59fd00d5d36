/** Files of model packages from the network, kept for the next time. */

/** By address and SHA-256. What is in it is checked again when it is taken out. */
export interface PackageCache {
  /** null: it is not there. Never rejects. */
  get(url: URL, sha256: string): Promise<Uint8Array | null>;
  /** Keeps bytes whose hash is known to be right, as a whole or not at all, instead of others of this address. Never rejects. */
  put(url: URL, sha256: string, bytes: Uint8Array): Promise<void>;
}

/** null: in Node packages lie in folders, and addresses are fetched each time. */
export const packageCache: PackageCache | null = null;
