/** WebGPU in Chromium on SwiftShader: every operator case, the golden models. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { none, twins } from "../../scripts/web-twins.mjs";
import { assert, shared, suite } from "../shim.ts";
import { GOLDEN_DETECTORS, goldenImages, goldenPackage, missedBoxes } from "../support/golden.ts";
import { openBrowser, openPage, ROOT, type Site, serve, untilSet } from "../web/support.ts";

const test = suite("webgpu in chromium");
const seed = Number(process.env.SPINEXR_SEED ?? Date.now() & 0xfffff);

let opened: { browser: Browser; site: Site; page: Page; problems: string[]; folder: string } | null = null;

/** One page for all tests. */
async function page(): Promise<NonNullable<typeof opened>> {
  if (opened !== null) return opened;
  const browser = await openBrowser({ gpu: true });
  const folder = mkdtempSync(join(tmpdir(), "spinexr-webgpu-page-"));
  for (const file of ["webgpu/page/index.html", "web/page/icon.svg"])
    cpSync(join(ROOT, "test", file), join(folder, basename(file)));
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["test/webgpu/page/page.ts"],
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    plugins: [twins, none],
    logLevel: "error",
  });
  const site = await serve({ dist: join(ROOT, "dist"), "": folder }, true);
  const { page, problems } = await openPage(browser, site, "/index.html");
  opened = { browser, site, page, problems, folder };
  await untilSet(page, "webgpuTests", problems);
  return opened;
}

test.after(async () => {
  await opened?.browser.close();
  await opened?.site.close();
  if (opened !== null) rmSync(opened.folder, { recursive: true });
});

// Halves are stored by the same kernels: ops.test.ts runs them in Node.
test("every operator case", async () => {
  const { page: tab, problems } = await page();
  const run = (from: number) => globalThis.webgpuTests.ops("fp32", from);
  const { device, count, found } = await tab.evaluate(run, seed);
  assert.is(
    found.length,
    0,
    `${found.length} problems, SPINEXR_SEED ${seed}:\n${found.slice(0, 12).join("\n")}`,
  );
  assert.equal(problems, []);
  console.log(`NOTE ${count} cases agree on ${device}`);
});

for (const arch of ["densenet121", ...GOLDEN_DETECTORS]) {
  test(`${arch}: the reference's answer for its own checkpoint and picture`, async () => {
    const root = shared(".");
    const { page: tab, problems, folder } = await page();
    const images = goldenImages(root, arch);
    await goldenPackage(root, arch, join(folder, arch));
    const { file } = images[0]!;
    cpSync(dirname(file), join(folder, "pictures"), {
      recursive: true,
      filter: (path) => path === dirname(file) || path === file,
    });
    const start = performance.now();
    const run = ([reference, picture]: readonly [string, string]) =>
      globalThis.webgpuTests.model(reference, picture);
    const answer = await tab.evaluate(run, [`${arch}/`, `pictures/${basename(file)}`] as const);
    assert.is(answer.backend, "webgpu");
    // Proposals are suppressed in the middle of the network, by the core.
    if (arch === "faster-rcnn")
      assert.ok(answer.hostSteps.includes("classAwareNms"), answer.hostSteps.join());
    assert.equal(problems, []);
    let agreement: string;
    if (answer.probability !== null) {
      const difference = Math.abs(answer.probability - images[0]!.probability);
      assert.ok(difference < 1e-4, `differs by ${difference}`);
      agreement = difference.toExponential(1);
    } else {
      const { missed, count } = missedBoxes(images, [answer.findings]);
      assert.ok(missed <= 0.01 * count, `${missed} of ${count} are missing`);
      agreement = `${missed} of ${count} missed`;
    }
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`NOTE ${arch}: ${agreement}, ${seconds} s on ${answer.device}`);
  });
}

test.run();
