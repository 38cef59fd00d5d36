/** A static server with a strict policy, and Chromium looking at what it serves. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve, sep } from "node:path";
import type { Browser, Page } from "playwright-core";
import { skip } from "../shim.ts";

export const ROOT = resolve(import.meta.dirname, "../..");
const CHROMIUM = process.env.SPINEXR_CHROMIUM ?? "/usr/bin/chromium";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".css": "text/css",
};

/** What the package promises to work under. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
const REPORTS = "/violations";

export interface Site {
  readonly url: string;
  /** Paths asked for, in order. */
  readonly asked: string[];
  /** What pages and workers did against the policy, as the browser reported it. */
  readonly violations: string[];
  /** Changes what is served: null is a 404, "unreachable" no answer at all. */
  change: (path: string, bytes: Uint8Array) => Uint8Array | null | "unreachable";
  close(): Promise<void>;
}

/** Serves folders by the first part of the path. `isolated`: with COOP and COEP. */
export async function serve(
  folders: Readonly<Record<string, string>>,
  isolated: boolean,
  policy = POLICY,
): Promise<Site> {
  const asked: string[] = [];
  const violations: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    if (path === REPORTS) {
      request.on("data", (part) => violations.push(String(part)));
      request.on("end", () => response.writeHead(204).end());
      return;
    }
    const [, first = "", ...rest] = path.split("/");
    const folder = folders[first] ?? folders[""];
    const file = folder && join(folder, ...(folders[first] === undefined ? [first, ...rest] : rest));
    const inside = file !== undefined && resolve(file).startsWith(resolve(folder!) + sep);
    const bytes = inside && existsSync(file) && statSync(file).isFile() ? readFileSync(file) : null;
    asked.push(path);
    const body = bytes && site.change(path, bytes);
    if (body === "unreachable") {
      request.socket.destroy();
      return;
    }
    response.writeHead(body === null ? 404 : 200, {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      "content-security-policy": `${policy}; report-uri ${REPORTS}`,
      "content-length": body?.length ?? 0,
      // Scripts and modules as hosts serve them; models each time anew, so that it shows who asks for them.
      "cache-control": body !== null && path.startsWith("/dist/") ? "max-age=3600" : "no-store",
      ...(isolated
        ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
        : {}),
    });
    response.end(body ?? "");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const site: Site = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    violations,
    change: (_, bytes) => bytes,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return site;
}

/** Chromium, or a skipped test where it is absent. `gpu`: with WebGPU, which SwiftShader computes. */
export async function openBrowser({ gpu = false } = {}): Promise<Browser> {
  if (!existsSync(CHROMIUM)) skip(`Chromium is absent (${CHROMIUM}; set SPINEXR_CHROMIUM)`);
  if (!existsSync(join(ROOT, "dist/web/index.js"))) skip('dist/web is absent (run "npm run build")');
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      gpu ? "--enable-unsafe-webgpu" : "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--js-flags=--expose-gc",
    ],
  });
}

/** A page at a path of the site; what it complains about ends up in `problems`. */
export async function openPage(browser: Browser, site: Pick<Site, "url">, path: string) {
  const page = await (await browser.newContext()).newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(`${site.url}${path}`);
  return { page: page as Page, problems };
}

/**
 * Waits until a global of the page has a value, and gives it. Playwright's own waitForFunction evaluates text from within the page,
 * which the policy forbids.
 */
export async function untilSet<T>(
  page: Page,
  name: string,
  problems: readonly string[],
  seconds = 60,
): Promise<T> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const value = await page.evaluate((key) => (globalThis as unknown as Record<string, unknown>)[key], name);
    if (value !== undefined) return value as T;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(
    `The page did not set "${name}" within ${seconds} s: ${problems.join("; ") || "it says nothing"}`,
  );
}
