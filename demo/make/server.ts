/** A small static server for the page. */
import { createReadStream, realpathSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".dcm": "application/dicom",
};

const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
} as const;

const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves the files of a folder and nothing outside it. `isolated`: with the headers that threads need. */
export function siteServer(folder: string, isolated: boolean): Server {
  const root = realpathSync(folder);
  return createServer((request, response) => {
    const { method = "GET" } = request;
    if (method !== "GET" && method !== "HEAD")
      return refuse(response, 405, "Only GET and HEAD are answered.");
    const file = fileOf(root, request);
    if (file === null) return refuse(response, 404, "There is no such file.");
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": statSync(file).size,
      "content-security-policy": POLICY,
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      ...(isolated ? ISOLATION : {}),
    });
    if (method === "HEAD") response.end();
    else
      createReadStream(file)
        .on("error", () => response.destroy())
        .pipe(response);
  });
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
  response.end(`${sentence}\n`);
}

/** Links are followed first, so that none leads out. */
function fileOf(root: string, { url = "/" }: IncomingMessage): string | null {
  try {
    const path = decodeURIComponent(url.split(/[?#]/, 1)[0]!);
    if (path.includes("\0") || path.includes("\\")) return null;
    const wanted = realpathSync(join(root, path.endsWith("/") ? `${path}index.html` : path));
    return wanted.startsWith(root + sep) && statSync(wanted).isFile() ? wanted : null;
  } catch {
    return null; // malformed, or not there
  }
}

/** The first free port from `port` on; the address is this machine's alone. */
export async function listen(server: Server, port: number): Promise<number> {
  for (let at = port; ; at++) {
    const taken = await new Promise<boolean>((done, fail) => {
      const failed = (error: NodeJS.ErrnoException): void =>
        error.code === "EADDRINUSE" && at < port + 20 ? done(true) : fail(error);
      server.once("error", failed);
      server.listen(at, "localhost", () => {
        server.off("error", failed);
        done(false);
      });
    });
    if (!taken) return at;
  }
}
