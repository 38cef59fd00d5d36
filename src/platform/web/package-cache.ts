/** Files of model packages from the network in the browser's Cache API, so that a page works offline afterwards. */
import type { PackageCache } from "../package-cache.ts";

export type { PackageCache } from "../package-cache.ts";

const NAME = "spinexr-packages";
const KEY = "spinexr-sha256";

/** Entries differ by a parameter that no server sees. */
function keyOf(url: URL, sha256: string): URL {
  const key = new URL(url);
  key.hash = "";
  key.searchParams.set(KEY, sha256);
  return key;
}

const cacheable = (url: URL): boolean => /^https?:$/.test(url.protocol) && globalThis.caches !== undefined;

async function get(url: URL, sha256: string): Promise<Uint8Array | null> {
  if (!cacheable(url)) return null;
  try {
    const found = await (await caches.open(NAME)).match(keyOf(url, sha256));
    return found === undefined ? null : new Uint8Array(await found.arrayBuffer());
  } catch {
    return null; // storage is switched off
  }
}

/** put() shows an entry when all of it is stored; older ones of the address go afterwards. */
async function put(url: URL, sha256: string, bytes: Uint8Array): Promise<void> {
  if (!cacheable(url)) return;
  try {
    const cache = await caches.open(NAME);
    const key = keyOf(url, sha256);
    await cache.put(key, new Response(bytes as Uint8Array<ArrayBuffer>));
    const older = new URL(key);
    older.searchParams.delete(KEY);
    for (const { url: stored } of await cache.keys()) {
      const other = new URL(stored);
      if (other.href === key.href) continue;
      other.searchParams.delete(KEY);
      if (other.href === older.href) await cache.delete(stored);
    }
  } catch {
    // no space, or storage is switched off: it will be fetched again
  }
}

export const packageCache: PackageCache | null = { get, put };
