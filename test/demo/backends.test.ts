/** Switching between WebAssembly and WebGPU (SwiftShader, so with a tiny model): the same answer, and an honest account. */
import { join } from "node:path";
import { phantomDicom, planPhantom } from "../../src/phantom/index.ts";
import { assert, skip, suite } from "../shim.ts";
import { writeDetectorPackage } from "../support/tiny-detector.ts";
import { Demo, differences, drop, engineReady, saved, screened } from "./support.ts";

const test = suite("demo: backends");
const demo = new Demo({ gpu: true });
test.after(() => demo.close());

test("wasm, webgpu and back: each report says what ran, findings agree", async () => {
  await demo.site();
  writeDetectorPackage(join(demo.folder, "site", "tiny"));
  const { page, problems, context } = await demo.open({ query: "?model=tiny/" });
  await engineReady(page);
  const gpu = page.locator('#backend option[value="webgpu"]');
  await page.locator("#rejected dt", { hasText: "cpu" }).waitFor({ state: "attached" });
  if ((await gpu.getAttribute("disabled")) !== null) skip("this browser has no WebGPU");
  await drop(page, [
    { name: "p.dcm", bytes: phantomDicom(planPhantom({ seed: 4, split: "test", index: 0, longest: 300 })) },
  ]);
  await screened(page, 1);
  const reports = [];
  for (const backend of ["wasm", "webgpu", "wasm"]) {
    await page.selectOption("#backend", backend);
    await engineReady(page);
    await screened(page, 1);
    const { reports: all } = JSON.parse(Buffer.from((await saved(page, "#save-json")).bytes).toString());
    assert.is(all[0].provenance.backend, backend);
    assert.match(
      await page.locator("#engine-chip").innerText(),
      backend === "wasm" ? "WebAssembly" : "WebGPU",
    );
    reports.push(all[0]);
  }
  const [wasm, webgpu] = reports;
  assert.ok(wasm.findings.length + wasm.suppressed.length > 0);
  assert.ok(Math.abs(wasm.abnormal.probability - webgpu.abnormal.probability) <= 1e-4);
  assert.equal(differences(webgpu.findings, wasm.findings), []);
  assert.equal(problems, []);
  await context.close();
});

test("a model that is not there is a sentence with its code, and the page goes on", async () => {
  const { page, context } = await demo.open({ query: "?model=nowhere/" });
  await page.locator('#engine-chip[data-phase="failed"]').waitFor();
  assert.match(await page.locator("#engine-state").innerText(), /[A-Z]+_[A-Z]+/);
  await page.click("#phantom");
  await page.locator(".item-row.stopped").waitFor();
  await context.close();
});

test.run();
