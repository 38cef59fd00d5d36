/**
 * The page's service worker: keeps all files of the page for use offline, and adds the headers that make a page cross-origin
 * isolated, which static hosts do not send and threads need.
 *
 * A file is kept under its path and hash, so that files of two versions never mix and unchanged ones are not fetched again.
 */
import type { FromWorker, ToWorker } from "./messages.ts";

/** By path from the folder of the page; the build puts it in. */
declare const FILES: Readonly<Record<string, string>>;
/** What the page needs to show itself. */
declare const SHELL: readonly string[];

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Told extends Lasting {
  readonly data: ToWorker;
}
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: {
      includeUncontrolled: boolean;
    }): Promise<{ postMessage(message: FromWorker): void }[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Lasting) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
  addEventListener(type: "message", listener: (event: Told) => void): void;
}

const scope = globalThis as unknown as Scope;
const NAME = "spinexr-demo";
const base = new URL(scope.registration.scope);

const keyOf = (path: string): string => new URL(`${path}?${FILES[path]}`, base).href;

/** Path of a file of the page, or null. */
function pathOf(url: URL): string | null {
  if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return null;
  const path = decodeURI(url.pathname.slice(base.pathname.length)) || "index.html";
  return Object.hasOwn(FILES, path) ? path : null;
}

/** Fetches what is not there yet. @throws where one cannot be had */
async function keep(paths: readonly string[]): Promise<void> {
  const cache = await caches.open(NAME);
  await Promise.all(
    paths.map(async (path) => {
      const key = keyOf(path);
      if ((await cache.match(key)) !== undefined) return;
      const response = await fetch(new URL(path, base), { cache: "no-cache" });
      if (!response.ok) throw new Error(`${path}: status ${response.status}`);
      await cache.put(key, response);
    }),
  );
}

async function forgetOthers(): Promise<void> {
  const cache = await caches.open(NAME);
  const wanted = new Set(Object.keys(FILES).map(keyOf));
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
}

function isolated(response: Response): Response {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  const { status, statusText, body } = response;
  return new Response(body, { status, statusText, headers });
}

async function answer(request: Request, path: string | null): Promise<Response> {
  if (path === null) return isolated(await fetch(request));
  const cache = await caches.open(NAME);
  const kept = await cache.match(keyOf(path));
  if (kept !== undefined) return isolated(kept);
  const response = await fetch(request);
  if (response.ok && response.status === 200) await cache.put(keyOf(path), response.clone());
  return isolated(response);
}

async function tell(message: FromWorker): Promise<void> {
  for (const client of await scope.clients.matchAll({ includeUncontrolled: true }))
    client.postMessage(message);
}

scope.addEventListener("install", (event) => event.waitUntil(keep(SHELL)));
scope.addEventListener("activate", (event) =>
  event.waitUntil(forgetOthers().then(() => scope.clients.claim())),
);
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method === "GET" && url.origin === base.origin) event.respondWith(answer(request, pathOf(url)));
});
scope.addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(scope.skipWaiting());
  else
    event.waitUntil(
      keep(Object.keys(FILES)).then(
        () => tell("complete"),
        () => tell("incomplete"),
      ),
    );
});
