/** Workers that die, and memory over many pictures. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { assert, skip, suite } from "../shim.ts";
import { openBrowser, openPage, ROOT, serve, untilSet } from "./support.ts";

const test = suite("web: lifetime");
const FOLDERS = {
  dist: join(ROOT, "dist"),
  models: join(ROOT, "models"),
  "": join(import.meta.dirname, "page"),
};
const SAMPLE = "models/samples/lumbar-ap.dcm";

// biome-ignore lint/suspicious/noExplicitAny: the page's own names
declare const spinexr: any;

async function isolated(work: (page: Page, problems: readonly string[]) => Promise<void>): Promise<void> {
  const browser = await openBrowser();
  const site = await serve(FOLDERS, true);
  try {
    const { page, problems } = await openPage(browser, site, "/index.html");
    await untilSet(page, "loaded", problems);
    await work(page, problems);
  } finally {
    await browser.close();
    await site.close();
  }
}

test("a worker that is killed in the middle of a run gives a typed error, and the next call works", () =>
  isolated(async (page, problems) => {
    for (const script of ["worker.js", "wasm-worker.js"]) {
      const answer = page.evaluate(async (sample) => {
        const model = await spinexr.loadModel();
        const network = await spinexr.loadNetwork("models/sample-tiny/densenet.onnx");
        const bytes = await (await fetch("models/sample-tiny/densenet.onnx")).arrayBuffer();
        const given = await spinexr.loadNetwork(bytes);
        const image = await spinexr.readImage(sample);
        const before = (await model.screen(image)).abnormal.probability;
        const ending = spinexr.failure(Promise.all(Array.from({ length: 20 }, () => model.screen(image))));
        Object.assign(globalThis, { begun: true });
        const during = await ending;
        Object.assign(globalThis, { begun: undefined });
        const reports = await Promise.all([model.screen(image), model.screen(image)]);
        const after = reports.map(({ abnormal }) => abnormal.probability);
        const dims = [1, 3, 32, 32];
        const input = { [network.inputs[0].name]: { dims, data: new Float32Array(3 * 32 * 32) } };
        const run = await spinexr.failure(network.run(input));
        const runGiven = await spinexr.failure(given.run(input));
        await Promise.all([model.dispose(), network.dispose(), given.dispose()]);
        const disposed = await spinexr.failure(model.screen(image));
        return { before, during, after, run, runGiven, disposed };
      }, SAMPLE);
      await Promise.race([untilSet(page, "begun", problems), answer]);
      const worker = page.workers().find((one) => new URL(one.url()).pathname === `/dist/web/${script}`);
      assert.ok(worker, `${script} among ${page.workers().map((one) => one.url())}`);
      worker!.evaluate(() => close()).catch(() => undefined);
      const { before, during, after, run, runGiven, disposed } = await answer;
      assert.is(during.code, "INTERNAL");
      assert.match(during.message, "ended");
      assert.equal(after, [before, before]);
      assert.is(run, null, run?.message);
      if (script === "worker.js") assert.is(runGiven.code, "INTERNAL");
      else assert.is(runGiven, null);
      assert.is(disposed.code, "DISPOSED");
    }
  }));

/** Bytes that the page's process has for itself, after garbage was collected in it and its workers; null: not told here. */
async function privateBytes(page: Page): Promise<number | null> {
  const collect = () => (globalThis as unknown as { gc(): void }).gc();
  for (const place of [page, ...page.workers()]) {
    const stuck = new Promise((done) => setTimeout(done, 2000)); // a pool's thread waits in the core
    await Promise.race([(place as Page).evaluate(collect), stuck]);
  }
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => `/proc/${id}/smaps_rollup`)
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, "utf8").matchAll(/^Private_\w+:\s+(\d+) kB/gm));
  const kilobytes = sizes.map((lines) => [...lines].reduce((sum, [, size]) => sum + Number(size), 0));
  return kilobytes.length === 0 ? null : Math.max(...kilobytes) * 1024;
}

test("a hundred pictures leave no memory behind", () =>
  isolated(async (page) => {
    await page.evaluate(async (sample) => {
      const bytes = await (await fetch(sample)).arrayBuffer();
      const model = await spinexr.loadModel("models/sample-tiny/", { threads: 1 });
      const more = async (count: number) => {
        for (let picture = 0; picture < count; picture++) await model.screen(await spinexr.readImage(bytes));
      };
      Object.assign(globalThis, { more });
    }, SAMPLE);
    const sizes: number[] = [];
    for (let round = 0; round < 3; round++) {
      await page.evaluate(() => (globalThis as unknown as { more(count: number): Promise<void> }).more(50));
      const size = await privateBytes(page);
      if (size === null) skip("the system does not tell memory of processes");
      sizes.push(size);
    }
    console.log(
      `NOTE MB after 50, 100 and 150 pictures: ${sizes.map((size) => (size / 1e6).toFixed(1)).join(", ")}`,
    );
    assert.ok(sizes[2]! < sizes[0]! + 40e6, sizes.join());
  }));

test.run();
