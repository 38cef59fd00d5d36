/** The built page in Chromium. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { buildDemo } from "../../demo/make/build.ts";
import type { Finding } from "../../src/index.node.ts";
import { openBrowser, ROOT, type Site, serve } from "../web/support.ts";

export const SAMPLE = join(ROOT, "models/samples/lumbar-lateral.dcm");

export class Demo {
  readonly folder = mkdtempSync(join(tmpdir(), "spinexr-demo-"));
  readonly #sites = new Map<boolean, Site>();
  #browser: Browser | null = null;
  readonly #gpu: boolean;

  constructor({ gpu = false } = {}) {
    this.#gpu = gpu;
  }

  /** Builds the page with the first call. `isolated`: the server sends the headers for it; else it has the page in a subfolder. */
  async site(isolated = true): Promise<Site> {
    // Skips where there is no browser.
    this.#browser ??= await openBrowser({ gpu: this.#gpu });
    if (this.#sites.size === 0) await buildDemo(join(this.folder, "site"));
    const site =
      this.#sites.get(isolated) ??
      (await serve({ [isolated ? "" : "spine"]: join(this.folder, "site") }, isolated));
    this.#sites.set(isolated, site);
    site.change = (_, bytes) => bytes;
    return site;
  }

  /** A fresh visitor; `problems` has what the page complains about. */
  async open({
    isolated = true,
    query = "",
    ...options
  }: { isolated?: boolean; query?: string } & BrowserContextOptions = {}) {
    const site = await this.site(isolated);
    const context = await this.#browser!.newContext({
      viewport: { width: 1400, height: 900 },
      serviceWorkers: "block",
      ...options,
    });
    // The tests' compiler marks functions with it.
    await context.addInitScript("globalThis.__name = (of) => of;");
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await page.goto(`${site.url}${isolated ? "" : "/spine"}/index.html${query}`);
    return { page, site, problems, context };
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    for (const site of this.#sites.values()) await site.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const engineReady = (page: Page): Promise<void> =>
  page.locator('#engine-chip[data-phase="ready"]').waitFor();

export interface Dropped {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export const fileOf = (path: string, name: string): Dropped => ({ name, bytes: readFileSync(path) });

/** As if the user let go of them over the page. */
export async function drop(page: Page, files: readonly Dropped[]): Promise<void> {
  const plain = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString("base64") }));
  await page.evaluate((given) => {
    const data = new DataTransfer();
    for (const { name, base64 } of given) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      data.items.add(new File([bytes], name));
    }
    for (const type of ["dragenter", "dragover", "drop"])
      document.body.dispatchEvent(
        new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }),
      );
  }, plain);
}

/** Until nothing is in work. */
export async function screened(page: Page, count: number): Promise<void> {
  await page
    .locator(".item-row:is(.abnormal, .normal, .unknown, .failed, .stopped)")
    .nth(count - 1)
    .waitFor();
  await page.locator("#work").waitFor({ state: "hidden" });
}

/** Boxes on the stage: what they stand for, and where they are drawn. */
export async function shownBoxes(page: Page) {
  // They are drawn with the screen's next frame.
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))),
  );
  return page.locator("#boxes .box").evaluateAll((groups) =>
    groups
      .map((group) => {
        const rect = group.querySelector(".line")!;
        const number = (name: string): number => Number(rect.getAttribute(name));
        return {
          label: group.getAttribute("data-label"),
          score: Number(group.getAttribute("data-score")),
          box: group.getAttribute("data-box")!.split(" ").map(Number),
          drawn: [number("x"), number("y"), number("width"), number("height")],
          dropped: group.classList.contains("dropped"),
          lit: group.classList.contains("lit"),
        };
      })
      .sort((a, b) => b.score - a.score),
  );
}

/** Empty, or what is wrong: labels in order, scores within 1e-4, boxes within half a pixel. */
export function differences(
  found: readonly Pick<Finding, "label" | "score" | "box">[],
  wanted: readonly Finding[],
): string[] {
  if (found.length !== wanted.length) return [`${found.length} findings, not ${wanted.length}`];
  return wanted.flatMap(({ label, score, box }, i) => {
    const one = found[i]!;
    const far = box.some((side, k) => Math.abs(side - one.box[k]!) > 0.5);
    return one.label === label && Math.abs(one.score - score) <= 1e-4 && !far
      ? []
      : [`${one.label} ${one.score} ${one.box}, not ${label} ${score} ${box}`];
  });
}

/** What a click saves. */
export async function saved(page: Page, selector: string): Promise<{ name: string; bytes: Uint8Array }> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}
