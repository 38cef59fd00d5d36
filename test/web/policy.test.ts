/** Pages with stricter policies than the package needs, and files that are not there: typed errors that say what is missing. */
import { join } from "node:path";
import { assert, suite } from "../shim.ts";
import { openBrowser, openPage, ROOT, serve, untilSet } from "./support.ts";

const test = suite("web: policy");
const FOLDERS = {
  dist: join(ROOT, "dist"),
  models: join(ROOT, "models"),
  "": join(import.meta.dirname, "page"),
};
const SAMPLE = "models/samples/lumbar-ap.dcm";
const TINY = "models/sample-tiny/";

// biome-ignore lint/suspicious/noExplicitAny: the page's own names
declare const spinexr: any;

/** Opens a page under a policy, leaves it to `work`, closes all. */
async function under(
  policy: string | undefined,
  work: (
    opened: Awaited<ReturnType<typeof openPage>>,
    site: Awaited<ReturnType<typeof serve>>,
  ) => Promise<void>,
): Promise<void> {
  const browser = await openBrowser();
  const site = await serve(FOLDERS, false, policy);
  try {
    const opened = await openPage(browser, site, "/index.html");
    await untilSet(opened.page, "loaded", opened.problems);
    await work(opened, site);
  } finally {
    await browser.close();
    await site.close();
  }
}

test("without workers: the error says so, and worker: false works", () =>
  under(
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'",
    async ({ page }, site) => {
      const found = await page.evaluate(
        async ([reference, png]) => {
          const refused = await spinexr.failure(spinexr.loadModel(reference));
          const model = await spinexr.loadModel(reference, { worker: false });
          const image = await spinexr.readImage(png, { worker: false });
          const { abnormal } = await model.screen(image);
          await model.dispose();
          return { refused, probability: abnormal.probability };
        },
        [TINY, `${TINY}golden.png`] as const,
      );
      assert.is(found.refused.code, "BACKEND_UNAVAILABLE");
      assert.match(found.refused.message, "worker-src 'self'");
      assert.ok(found.probability >= 0 && found.probability <= 1);
      assert.ok(site.violations.length > 0, "the browser reports violations");
    },
  ));

test("without WebAssembly: the error says so", () =>
  under("default-src 'self'; script-src 'self'; worker-src 'self'", async ({ page }) => {
    for (const worker of [true, false]) {
      const refused = await page.evaluate(
        ([reference, options]) => spinexr.failure(spinexr.loadModel(reference, options)),
        [TINY, { worker }] as const,
      );
      assert.is(refused.code, "BACKEND_UNAVAILABLE");
      assert.match(refused.message, "Content Security Policy");
    }
  }));

test("codecs that cannot be fetched: the error says what is missing, and the next picture works", () =>
  under(undefined, async ({ page }, site) => {
    const read = () => page.evaluate((sample) => spinexr.failure(spinexr.readImage(sample)), SAMPLE);
    for (const missing of ["codec-worker.js", "charlswasm_decode.wasm"]) {
      site.change = (path, bytes) => (path.endsWith(missing) ? null : bytes);
      const refused = await read();
      assert.is(refused.code, "INTERNAL", refused.message);
      assert.match(refused.message, "must be reachable");
      site.change = (_, bytes) => bytes;
    }
    assert.is(await read(), null);
  }));

test.run();
