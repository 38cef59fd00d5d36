/** The service worker: isolation on plain hosts, use without a network, nothing asked after loading. */
import { assert, suite } from "../shim.ts";
import { Demo, drop, engineReady, fileOf, SAMPLE, saved, screened } from "./support.ts";

const test = suite("demo: offline");
const demo = new Demo();
test.after(() => demo.close());

test("a plain host: one reload isolates the page; then it asks for nothing, and works without the host", async () => {
  const { page, site, problems, context } = await demo.open({ isolated: false, serviceWorkers: "allow" });
  let loads = 1;
  page.on("load", () => loads++);
  await page.locator('html[data-offline="complete"]').waitFor({ state: "attached" });
  await engineReady(page);
  assert.ok(await page.evaluate(() => crossOriginIsolated));
  assert.match(await page.locator("#engine-state").innerText(), "wasm_relaxed");
  assert.ok(loads <= 3, `${loads} loads`);
  assert.match(await page.locator("#offline-state").innerText(), "offline");

  const before = site.asked.length;
  await drop(page, [fileOf(SAMPLE, "a.dcm")]);
  await screened(page, 1);
  await page.click('[data-do="heat"]');
  await saved(page, "#save-png");
  await page.click("#phantom");
  await screened(page, 2);
  const looked = await page.locator('.item[aria-current="true"]').getAttribute("title");
  assert.match(looked ?? "", /^phantom-\d+\.dcm$/);
  // Browsers look for a newer worker by themselves.
  assert.equal(
    site.asked.slice(before).filter((path) => path !== "/spine/sw.js"),
    [],
  );

  site.change = () => "unreachable";
  await page.reload();
  await engineReady(page);
  await page.click("#samples");
  await screened(page, 2);
  await page.locator(".item-row.abnormal").first().waitFor();
  assert.ok(await page.evaluate(() => crossOriginIsolated));
  assert.equal(problems, []);
  await context.close();
});

test("a host that isolates is not reloaded, and nothing is asked of others", async () => {
  const { page, site, problems, context } = await demo.open({ serviceWorkers: "allow" });
  const others: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(site.url) && !/^(blob|data):/.test(request.url()))
      others.push(request.url());
  });
  let loads = 0;
  page.on("load", () => loads++);
  await engineReady(page);
  await page.locator('html[data-offline="complete"]').waitFor({ state: "attached" });
  assert.ok(loads <= 1);
  assert.equal(others, []);
  assert.equal(problems, []);
  const installable = await page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]')!;
    const manifest = await (await fetch(link.href)).json();
    const sizes = await Promise.all(
      manifest.icons
        .filter(({ type }: { type: string }) => type === "image/png")
        .map(async ({ src, sizes }: { src: string; sizes: string }) => {
          const { width, height } = await createImageBitmap(await (await fetch(src)).blob());
          return [sizes, `${width}x${height}`];
        }),
    );
    return { sizes, start: new URL(manifest.start_url, link.href).pathname };
  });
  assert.is(installable.start, "/");
  for (const [said, is] of installable.sizes) assert.is(said, is);
  await context.close();
});

test.run();
