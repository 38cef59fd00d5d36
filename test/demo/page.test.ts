/** The page screens what the command line screens, with the same answer, under a strict policy. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ScreeningReport } from "../../src/index.node.ts";
import { phantomDicom, planPhantom } from "../../src/phantom/index.ts";
import { assert, suite } from "../shim.ts";
import { runCli } from "../support/run-cli.ts";
import {
  Demo,
  differences,
  drop,
  engineReady,
  fileOf,
  SAMPLE,
  saved,
  screened,
  shownBoxes,
} from "./support.ts";

const test = suite("demo: page");
const demo = new Demo();
test.after(() => demo.close());

/** The report and the picture that `spinexr screen` makes of a file. */
async function byCli(path: string, name: string): Promise<{ report: ScreeningReport; png: Uint8Array }> {
  const out = join(demo.folder, "cli");
  mkdirSync(out, { recursive: true });
  const { code } = await runCli(["screen", path, "--backend", "wasm", "--out", out, "--overlay", "--json"]);
  assert.is(code, 0);
  const { reports } = JSON.parse(readFileSync(join(out, `${name}.json`), "utf8"));
  return { report: reports[0], png: readFileSync(join(out, `${name}.overlay.png`)) };
}

for (const isolated of [true, false]) {
  test(`${isolated ? "isolated" : "not isolated"}: a dropped phantom has the boxes, the JSON and the picture of the command line`, async () => {
    const { page, problems, context } = await demo.open({ isolated });
    await engineReady(page);
    await drop(page, [fileOf(SAMPLE, "lumbar-lateral.dcm")]);
    await screened(page, 1);
    const { report: wanted, png } = await byCli(SAMPLE, "lumbar-lateral.dcm");

    const boxes = await shownBoxes(page);
    assert.ok(boxes.length >= 5);
    assert.equal(differences(boxes as never, wanted.findings), []);
    // They lie where the picture does: one scale and one offset for all.
    const [first, ...others] = boxes.map(({ box, drawn }) => {
      const scale = drawn[2]! / (box[2]! - box[0]!);
      return [scale, drawn[0]! - box[0]! * scale, drawn[1]! - box[1]! * scale];
    });
    for (const other of others)
      other.forEach((value, i) => {
        assert.ok(Math.abs(value - first![i]!) < 0.05, `${other} beside ${first}`);
      });
    assert.is(await page.locator("#call").innerText(), wanted.abnormal!.positive ? "Abnormal" : "Normal");
    const shown = Number(await page.locator("#probability").getAttribute("data-value"));
    assert.ok(Math.abs(shown - wanted.abnormal!.probability) <= 1e-4);

    const json = await saved(page, "#save-json");
    assert.is(json.name, "lumbar-lateral.dcm.json");
    const { schema, reports } = JSON.parse(Buffer.from(json.bytes).toString());
    assert.is(schema, "spinexr.reports/1");
    assert.is(reports[0].input, "lumbar-lateral.dcm");
    assert.equal(Object.keys(reports[0]), Object.keys(wanted));
    assert.equal(Object.keys(reports[0].provenance), Object.keys(wanted.provenance));
    assert.is(reports[0].provenance.pixelSha256, wanted.provenance.pixelSha256);
    assert.equal(reports[0].provenance.thresholds, wanted.provenance.thresholds);
    assert.equal(reports[0].warnings, wanted.warnings);
    assert.ok(Math.abs(reports[0].abnormal.probability - wanted.abnormal!.probability) <= 1e-4);
    assert.equal(differences(reports[0].findings, wanted.findings), []);
    assert.equal(differences(reports[0].suppressed, wanted.suppressed), []);

    const picture = await saved(page, "#save-png");
    assert.is(picture.name, "lumbar-lateral.dcm.overlay.png");
    if (isolated) assert.equal(Buffer.from(picture.bytes), Buffer.from(png));

    await page.locator("summary", { hasText: "Why not the others" }).click();
    const why = await page.locator("#rejected").innerText();
    assert.match(why, "webgpu");
    if (!isolated) assert.match(why, "Cross-Origin-Opener-Policy");
    assert.match(await page.locator("#engine-state").innerText(), isolated ? "wasm_relaxed" : "wasm_simd");
    assert.equal(problems, []);
    await context.close();
  });
}

test("the threshold changes list and boxes, and the model's own come back", async () => {
  const { page, problems, context } = await demo.open();
  await engineReady(page);
  await drop(page, [fileOf(SAMPLE, "a.dcm")]);
  await screened(page, 1);
  const { reports } = JSON.parse(Buffer.from((await saved(page, "#save-json")).bytes).toString());
  const { findings, suppressed } = reports[0] as ScreeningReport;
  const all = [...findings, ...suppressed];
  const expectShown = async (wanted: number, dropped: number): Promise<void> => {
    await page.locator("#findings-count", { hasText: new RegExp(`^${wanted}$`) }).waitFor();
    assert.is(await page.locator("#findings li").count(), wanted);
    const boxes = await shownBoxes(page);
    assert.is(boxes.length, wanted);
    assert.is(boxes.filter((box) => box.dropped).length, dropped);
    assert.is(await page.locator("#findings li.dropped").count(), dropped);
  };
  await expectShown(findings.length, 0);
  for (const least of [0.1, 0.3, 0.99]) {
    await page.locator("#least").fill(String(least));
    const wanted = all.filter(({ score }) => score >= least);
    await expectShown(wanted.length, wanted.filter((one) => suppressed.includes(one)).length);
  }
  await page.click("#by-model");
  await expectShown(findings.length, 0);
  await page.locator("#dropped").check();
  await expectShown(all.length, suppressed.length);
  assert.equal(JSON.parse(Buffer.from((await saved(page, "#save-json")).bytes).toString()).reports, reports);
  assert.equal(problems, []);
  await context.close();
});

test("a finding lights its box and a box its finding; zoom, window, heatmap", async () => {
  const { page, problems, context } = await demo.open();
  await engineReady(page);
  await drop(page, [fileOf(SAMPLE, "a.dcm")]);
  await screened(page, 1);
  const lit = async (): Promise<number[]> =>
    (await shownBoxes(page)).flatMap((box, i) => (box.lit ? [i] : []));
  await page.locator("#findings li").nth(2).hover();
  await page.locator("#boxes .box.lit").waitFor();
  assert.equal(await lit(), [2]);
  const stage = (await page.locator("#stage").boundingBox())!;
  const [, box] = await shownBoxes(page);
  const [x, y, width, height] = box!.drawn as [number, number, number, number];
  await page.mouse.move(stage.x + x + width / 2, stage.y + y + height / 2);
  await page.locator("#findings li.lit").waitFor();
  assert.is(await page.locator("#findings li").nth(1).getAttribute("class"), "finding lit");
  const before = await page.locator("#zoom").innerText();
  await page.mouse.wheel(0, -400);
  await page.locator("#zoom", { hasNotText: before }).waitFor();
  assert.match(await page.locator("#corner-window").innerText(), "model sees");
  await page.keyboard.down("Shift");
  await page.mouse.down();
  await page.mouse.move(stage.x + 200, stage.y + 200, { steps: 3 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  assert.match(await page.locator("#corner-window").innerText(), /^W \d+ L -?\d+/);
  await page.click('[data-do="reset"]');
  assert.match(await page.locator("#corner-window").innerText(), "model sees");
  assert.is(await page.locator("#zoom").innerText(), before);

  const pixels = () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>("#picture")!;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      let coloured = 0;
      for (let i = 0; i < data.length; i += 4) if (Math.abs(data[i]! - data[i + 2]!) > 20) coloured++;
      return coloured / (data.length / 4);
    });
  assert.is(await pixels(), 0);
  await page.click('[data-do="heat"]');
  for (const end = Date.now() + 30_000; (await pixels()) < 0.02 && Date.now() < end; );
  assert.ok((await pixels()) >= 0.02, "colours over the picture");
  await page.click('[data-do="heat"]');
  for (const end = Date.now() + 5000; (await pixels()) > 0 && Date.now() < end; );
  assert.is(await pixels(), 0);
  assert.equal(problems, []);
  await context.close();
});

test("errors are sentences with a code, name nobody, and stop no other file", async () => {
  const { page, problems, context } = await demo.open();
  await engineReady(page);
  const small = phantomDicom(planPhantom({ seed: 8, split: "test", index: 1, longest: 256 }));
  await drop(page, [
    { name: "letter.txt", bytes: Buffer.from("Dear Mr. Hiddenname, this is no picture.") },
    { name: "half.dcm", bytes: small.subarray(0, small.length / 2) },
    { name: "whole.dcm", bytes: small },
  ]);
  await screened(page, 3);
  assert.is(await page.locator(".item-row.failed").count(), 2);
  assert.match(await page.locator(".item-row.failed").first().innerText(), "UNSUPPORTED_FORMAT");
  await page.locator(".item").first().click();
  const shown = await page.locator("#stage-failure").innerText();
  assert.match(shown, "DICOM, PNG or JPEG");
  assert.not.match(shown, "Hiddenname");
  await page.locator(".item").nth(2).click();
  await page.locator("#call").waitFor();
  const { reports } = JSON.parse(Buffer.from((await saved(page, "#save-all")).bytes).toString());
  assert.equal(
    reports.map(({ input, error }: { input: string; error?: { code: string } }) => [input, error?.code]),
    [
      ["letter.txt", "UNSUPPORTED_FORMAT"],
      ["half.dcm", "TRUNCATED_DATA"],
      ["whole.dcm", undefined],
    ],
  );
  assert.equal(problems, []);
  await context.close();
});

test("screening and loading can be cancelled and taken up again", async () => {
  const { page, problems, context } = await demo.open();
  await engineReady(page);
  const bytes = readFileSync(SAMPLE);
  await drop(
    page,
    Array.from({ length: 6 }, (_, i) => ({ name: `${i}.dcm`, bytes })),
  );
  await page.locator("#work-cancel").click();
  await page.locator("#work").waitFor({ state: "hidden" });
  const stopped = page.locator(".item-row.stopped");
  await stopped.first().waitFor();
  const count = await stopped.count();
  assert.ok(count >= 4, `${count} were cancelled`);
  await stopped.last().locator('button[title="Screen again"]').click();
  await page.locator(".item-row.abnormal").last().waitFor();
  await page
    .locator(".item-row.stopped")
    .nth(count - 1)
    .waitFor({ state: "detached" });
  await page.selectOption("#threads", "1");
  await page.locator("#work-cancel").click();
  await page.locator('#engine-chip[data-phase="stopped"]').waitFor();
  await page.locator("#engine-state button").click();
  await engineReady(page);
  assert.match(await page.locator("#engine-chip").innerText(), "1 thread");
  assert.equal(problems, []);
  await context.close();
});

test("the engine's worker dies in the middle: that picture has an error, the next ones work", async () => {
  const { page, context } = await demo.open();
  await engineReady(page);
  const bytes = readFileSync(SAMPLE);
  // So many that some wait when the worker ends, however fast the machine.
  const PICTURES = 16;
  await drop(
    page,
    Array.from({ length: PICTURES }, (_, i) => ({ name: `${i}.dcm`, bytes })),
  );
  await page.locator(".item-row.abnormal").first().waitFor();
  const worker = page.workers().find((one) => one.url().endsWith("/engine/dist/web/worker.js"))!;
  worker.evaluate(() => close()).catch(() => undefined);
  await screened(page, PICTURES);
  assert.is(await page.locator(".item-row.failed").count(), 1);
  assert.match(await page.locator(".item-row.failed").innerText(), "INTERNAL");
  assert.is(await page.locator(".item-row.abnormal").count(), PICTURES - 1);
  await engineReady(page);
  await page.locator(".item-row.failed button[title='Screen again']").click();
  await page
    .locator(".item-row.abnormal")
    .nth(PICTURES - 1)
    .waitFor();
  await context.close();
});

test.run();
