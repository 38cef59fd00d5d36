/** Screening in a page gives what it gives in Node, under a strict policy, isolated or not, in a worker or not. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import type { Browser } from "playwright-core";
import { loadModel, loadNetwork, readImage, type ScreeningReport } from "../../src/index.node.ts";
import { assert, random, suite } from "../shim.ts";
import { openBrowser, openPage, ROOT, type Site, serve, untilSet } from "./support.ts";

const test = suite("web: screen");
const FOLDERS = {
  dist: join(ROOT, "dist"),
  models: join(ROOT, "models"),
  archives: mkdtempSync(join(tmpdir(), "spinexr-archives-")),
  "": join(import.meta.dirname, "page"),
};
const SAMPLE = "models/samples/lumbar-ap.dcm";
const MODEL = "models/spinexr-phantom/";

// biome-ignore lint/suspicious/noExplicitAny: the page's own names
declare const spinexr: any;

interface PageAnswer {
  readonly report: ScreeningReport;
  readonly backend: { name: string; threads: number; rejected: { name: string; reason: string }[] };
  readonly display: string;
}

let browser: Browser | null = null;
const sites = new Map<boolean, Site>();

/** A fresh page on a site that is isolated or not. */
async function page(isolated: boolean) {
  browser ??= await openBrowser();
  const site = sites.get(isolated) ?? (await serve(FOLDERS, isolated));
  sites.set(isolated, site);
  site.change = (_, bytes) => bytes;
  const opened = await openPage(browser, site, "/index.html");
  await untilSet(opened.page, "loaded", opened.problems);
  return { ...opened, site };
}

test.after(async () => {
  await browser?.close();
  for (const site of sites.values()) await site.close();
  rmSync(FOLDERS.archives, { recursive: true, force: true });
});

/** The same in Node. */
async function inNode(wasmBuild: "simd" | "relaxed-threads", threads: number) {
  const model = await loadModel(join(ROOT, MODEL), { backend: "wasm", wasmBuild, threads });
  const image = await readImage(join(ROOT, SAMPLE));
  const report = await model.screen(image);
  const { pixels } = await model.display(image);
  await model.dispose();
  return { report, display: createHash("sha256").update(pixels).digest("hex") };
}

for (const [isolated, worker] of [
  [true, true],
  [false, true],
  [false, false],
] as const) {
  const name = `${isolated ? "isolated" : "not isolated"}, ${worker ? "in a worker" : "on the page's thread"}`;
  test(`${name}: the report is Node's, bit for bit`, async () => {
    const { page: at, problems, site } = await page(isolated);
    assert.is(await at.evaluate(() => crossOriginIsolated), isolated);
    const found = (await at.evaluate(
      ([model, sample, options]) => spinexr.screenOnce(model, sample, options),
      [MODEL, SAMPLE, { worker, ...(isolated ? { threads: 2 } : {}) }] as const,
    )) as PageAnswer;
    const wanted = isolated ? await inNode("relaxed-threads", 2) : await inNode("simd", 1);
    assert.is(found.backend.name, "wasm");
    assert.is(found.backend.threads, isolated ? 2 : 1);
    const notes = found.backend.rejected.filter((one) => one.name.startsWith("wasm"));
    if (!isolated && worker) assert.match(notes[0]!.reason, /Cross-Origin-Opener-Policy/);
    else assert.is(notes.length, 0);
    assert.is(found.display, wanted.display);
    assert.is(found.report.provenance.pixelSha256, wanted.report.provenance.pixelSha256);
    assert.equal(found.report.abnormal, wanted.report.abnormal);
    assert.equal(found.report.findings, wanted.report.findings);
    assert.equal(found.report.warnings, wanted.report.warnings);
    const { timings } = found.report;
    assert.ok(timings.stages.every(({ start }) => Math.abs(start - timings.stages[0]!.start) < 60_000));
    assert.equal(problems, []);
    assert.equal(site.violations, []);
    await at.context().close();
  });
}

test("once model and codec are loaded nothing is asked of the network, whatever is screened", async () => {
  const { page: at, problems, site } = await page(true);
  await at.evaluate(async (sample) => {
    const bytes = await (await fetch(sample)).arrayBuffer();
    Object.assign(globalThis, { bytes, model: await spinexr.loadModel() });
    await spinexr.readImage(bytes); // the codec comes with the first picture that is compressed with it
  }, SAMPLE);
  const before = site.asked.length;
  const probability = await at.evaluate(async () => {
    const { bytes, model } = globalThis as unknown as { bytes: ArrayBuffer; model: typeof spinexr };
    const found = [];
    for (const source of [bytes, new Uint8Array(bytes), new Blob([bytes]), new File([bytes], "a.dcm")])
      found.push((await model.screen(await spinexr.readImage(source))).abnormal.probability);
    for await (const { report } of spinexr.screenAll(model, [bytes, bytes]))
      found.push(report.abnormal.probability);
    return found;
  });
  assert.is(new Set(probability).size, 1);
  assert.equal(site.asked.slice(before), []);
  assert.equal(problems, []);
  await at.context().close();
});

test("a package from the network works offline afterwards; wrong files are refused and not kept", async () => {
  const { page: at, site } = await page(true);
  site.change = (path, bytes) =>
    path.endsWith("densenet.onnx") ? bytes.map((byte, i) => (i === 500 ? byte ^ 1 : byte)) : bytes;
  const load = () => at.evaluate((model) => spinexr.failure(spinexr.loadModel(model)), MODEL);
  assert.is((await load()).code, "HASH_MISMATCH");
  site.change = (path, bytes) => (path.endsWith("densenet.onnx") ? null : bytes);
  const absent = await load();
  assert.is(absent.code, "INVALID_PACKAGE");
  assert.match(absent.message, "densenet.onnx");
  site.change = (_, bytes) => bytes;
  const events = await at.evaluate(async (model) => {
    const seen: { phase: string; file?: string; loaded?: number; total?: number }[] = [];
    const opened = await spinexr.loadModel(model, {
      onProgress: (event: (typeof seen)[0]) => seen.push(event),
    });
    await opened.dispose();
    return seen;
  }, MODEL);
  const parts = events.filter(({ phase, file }) => phase === "fetch" && file === "retinanet.onnx");
  assert.ok(parts.length > 3 && parts.some(({ loaded, total }) => loaded! > 0 && loaded! < total!));
  assert.ok(events.some(({ phase }) => phase === "self-test"));
  site.change = (path, bytes) => (path.startsWith("/models/") ? "unreachable" : bytes);
  const before = site.asked.length;
  assert.is(await load(), null);
  assert.equal(
    [...new Set(site.asked.slice(before).filter((path) => path.startsWith("/models/")))],
    ["/models/spinexr-phantom/model.json"],
  );
  const unreached = await at.evaluate(() => spinexr.failure(spinexr.loadModel("models/sample-tiny/")));
  assert.is(unreached.code, "FILE_UNREADABLE");
  await at.context().close();
});

test("an archive is a package as a folder is, with progress and abort", async () => {
  const folder = join(ROOT, "models/sample-tiny");
  const files = readdirSync(folder).map((file) => [file, new Uint8Array(readFileSync(join(folder, file)))]);
  writeFileSync(join(FOLDERS.archives, "tiny.zip"), zipSync(Object.fromEntries(files)));
  const { page: at, problems, site } = await page(true);
  const found = await at.evaluate(async () => {
    const sums: number[] = [];
    const archive = await spinexr.loadModel("archives/tiny.zip", {
      onProgress: (event: { file?: string; loaded?: number }) => {
        if (event.file === "tiny.zip") sums.push(event.loaded!);
      },
    });
    const image = await spinexr.readImage("models/sample-tiny/golden.png");
    const stop = new AbortController();
    const aborted = await spinexr.failure(
      spinexr.loadModel(new URL("archives/tiny.zip", location.href), {
        signal: stop.signal,
        onProgress: () => stop.abort(),
      }),
    );
    const wrong = await spinexr.failure(archive.display(image, { part: { x: 1 } }));
    const plain = await spinexr.loadModel("models/sample-tiny/model.json");
    const answers = [await archive.classify(image), await plain.classify(image)];
    return { answers, sums, aborted: aborted.code, wrong: wrong.code };
  });
  assert.equal(found.answers[0], found.answers[1]);
  assert.ok(found.sums.at(-1)! > 100_000);
  assert.is(found.aborted, "ABORTED");
  assert.is(found.wrong, "INVALID_ARGUMENT");
  assert.equal(problems, []);
  assert.equal(site.violations, []);
  await at.context().close();
});

test("abort, dispose and errors cross the worker as they are", async () => {
  const { page: at, problems } = await page(true);
  const found = await at.evaluate(async (sample) => {
    const { failure, loadModel, readImage } = spinexr;
    const model = await loadModel();
    const image = await readImage(sample);
    const stop = new AbortController();
    const aborted = failure(model.screen(image, { signal: stop.signal }));
    stop.abort("enough");
    const before = failure(model.screen(image, { signal: AbortSignal.abort() }));
    const loading = new AbortController();
    const loadAborted = failure(
      loadModel("models/spinexr-phantom/", { signal: loading.signal, onProgress: () => loading.abort() }),
    );
    const answers = {
      aborted: await aborted,
      before: await before,
      loadAborted: await loadAborted,
      option: await failure(model.screen(image, { timing: "steps" })),
      cpu: await failure(loadModel(undefined, { backend: "cpu" })),
      name: await failure(loadModel("spinexr-phantm")),
      picture: await failure(readImage(new Uint8Array(100))),
      image: await failure(model.screen({})),
      nothing: await failure(readImage(null)),
      options: await failure(loadModel(undefined, null)),
      store: await failure(loadModel(undefined, { algorithms: () => "direct" })),
      sent: await failure(loadModel(undefined, { threds: () => 1 })),
    };
    await Promise.all([model.dispose(), model.dispose()]);
    return {
      ...answers,
      disposed: await failure(model.screen(image)),
      works: await loadModel().then(() => true),
    };
  }, SAMPLE);
  assert.is(found.aborted.code, "ABORTED");
  assert.is(found.aborted.cause, "enough");
  assert.is(found.before.code, "ABORTED");
  assert.is(found.loadAborted.code, "ABORTED");
  assert.match(found.option.message, 'no option "timing". Did you mean "timings"?');
  assert.is(found.cpu.code, "BACKEND_UNAVAILABLE");
  assert.is(found.name.code, "MODEL_NOT_FOUND");
  assert.match(found.name.message, "spinexr-phantom");
  assert.is(found.picture.code, "UNSUPPORTED_FORMAT");
  assert.is(found.image.code, "INVALID_ARGUMENT");
  assert.is(found.nothing.code, "INVALID_ARGUMENT");
  assert.is(found.options.code, "INVALID_ARGUMENT");
  assert.is(found.store.code, "INVALID_ARGUMENT");
  assert.is(found.sent.code, "INVALID_ARGUMENT");
  assert.is(found.disposed.code, "DISPOSED");
  assert.ok(found.works);
  assert.equal(problems, []);
  await at.context().close();
});

test("networks, the option wasm, canvases, box operations and metrics", async () => {
  const { page: at, problems } = await page(true);
  const next = random(3);
  const data = Array.from({ length: 3 * 224 * 224 }, () => Math.fround(next() - 0.5));
  const found = await at.evaluate(async (values) => {
    const { loadNetwork, loadModel, readImage, detection, metrics, listBackends, failure } = spinexr;
    const bytes = await (await fetch("models/sample-tiny/densenet.onnx")).arrayBuffer();
    const wasm = await (await fetch("dist/wasm/simd.wasm")).arrayBuffer();
    const answers: number[][] = [];
    for (const [source, options] of [
      [bytes, { wasmBuild: "simd" }],
      ["models/sample-tiny/densenet.onnx", { wasm: { bytes: wasm } }],
      [bytes, { wasm: { module: await WebAssembly.compile(wasm) } }],
      [bytes, { wasm: { url: "dist/wasm/simd.wasm" } }],
      [bytes, { wasm: { url: "dist/wasm/" }, wasmBuild: "simd", worker: false }],
    ] as const) {
      const network = await loadNetwork(source, options);
      const [input] = network.inputs;
      const dims = [1, 3, 224, 224];
      const outputs = await network.run({ [input.name]: { dims, data: new Float32Array(values) } });
      answers.push([...(Object.values(outputs)[0] as { data: Float32Array }).data]);
      await network.dispose();
    }
    const canvas = document.createElement("canvas");
    canvas.width = 90;
    canvas.height = 70;
    const context = canvas.getContext("2d")!;
    context.fillStyle = "rgb(200 200 200)";
    context.fillRect(10, 20, 30, 40);
    const offscreen = new OffscreenCanvas(90, 70);
    offscreen.getContext("2d")!.drawImage(canvas, 0, 0);
    const drawn = [canvas, offscreen, await createImageBitmap(canvas), context.getImageData(0, 0, 90, 70)];
    const pictures = [];
    for (const source of drawn) pictures.push((await readImage(source, { worker: false })).sha256);
    for (const source of drawn) pictures.push((await readImage(source)).sha256);
    const boxes = await detection.openDetection();
    const model = await loadModel(undefined, { wasm: { url: "nowhere/" } }).then(
      () => null,
      (error: { code: string }) => error.code,
    );
    const infos = await listBackends();
    const opened = boxes.backend;
    await boxes.dispose();
    const wrong = await failure(loadModel(undefined, { wasm: { bytes: new Uint8Array(9) } }));
    return { answers, pictures, opened, model, infos, metrics: Object.keys(metrics).length, wrong };
  }, data);
  const network = await loadNetwork(join(ROOT, "models/sample-tiny/densenet.onnx"), {
    backend: "wasm",
    wasmBuild: "simd",
  });
  const outputs = await network.run({
    [network.inputs[0]!.name]: { dims: [1, 3, 224, 224], data: new Float32Array(data) },
  });
  const wanted = [...(Object.values(outputs)[0]!.data as Float32Array)];
  await network.dispose();
  assert.is(found.answers.length, 5);
  for (const answer of found.answers) assert.equal(answer, wanted);
  assert.is(new Set(found.pictures).size, 1);
  assert.is(found.opened, "wasm");
  assert.is(found.model, "BACKEND_UNAVAILABLE");
  assert.is(found.wrong.code, "BACKEND_UNAVAILABLE");
  assert.ok(found.metrics > 5);
  const byName = new Map(found.infos.map((info: { name: string }) => [info.name, info]));
  assert.ok((byName.get("wasm") as { available: boolean }).available);
  assert.not((byName.get("cpu") as { available: boolean }).available);
  assert.equal(
    problems.filter((line) => !line.includes("404")),
    [],
  );
  await at.context().close();
});

test.run();
