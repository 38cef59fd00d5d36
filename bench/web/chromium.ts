/** The page in Chromium, without anybody looking. */
import { type BenchDocument, parseDocument } from "../../src/benchmark/document.ts";

const CHROMIUM = process.env.SPINEXR_CHROMIUM ?? "/usr/bin/chromium";
/** Software WebGPU is offered only when asked for; the rest keeps the browser quiet. */
const FLAGS = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const POLL_MS = 500;

/**
 * Opens the page, and waits until its run has ended.
 * @param url with ?run
 * @param onLine what the page says meanwhile
 * @returns results, checked
 * @throws Error with what stopped the page
 */
export async function driveChromium(url: string, onLine: (line: string) => void): Promise<BenchDocument> {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", ({ message }) => problems.push(message));
    page.on("crash", () => problems.push("the page crashed"));
    await page.goto(url);
    for (let said = ""; ; ) {
      const { found, status } = await page.evaluate(() => ({
        found: window.benchmark,
        status: document.getElementById("status")?.textContent ?? "",
      }));
      if (status !== said) onLine(status);
      said = status;
      if (found !== undefined && "error" in found) throw new Error(found.error);
      if (found !== undefined)
        return parseDocument(new TextEncoder().encode(JSON.stringify(found)), "the page");
      if (problems.length > 0) throw new Error(problems.join("; "));
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
  } finally {
    await browser.close();
  }
}
