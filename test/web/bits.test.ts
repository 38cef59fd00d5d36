/** Pictures and logits of WebAssembly in Chromium, bit by bit those of WebAssembly in Node, for each build and number of threads. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { loadModel, loadNetwork, readImage } from "../../src/index.node.ts";
import { assert, random, suite } from "../shim.ts";
import { openBrowser, openPage, ROOT, serve, untilSet } from "./support.ts";

const test = suite("web: bits");
const FOLDERS = {
  dist: join(ROOT, "dist"),
  models: join(ROOT, "models"),
  "": join(import.meta.dirname, "page"),
};
const NETWORK = "models/sample-tiny/densenet.onnx";
const MODEL = "models/sample-tiny/";
const PICTURES = ["models/samples/lumbar-ap.dcm", "models/samples/lumbar-lateral.dcm", `${MODEL}golden.png`];
const DIMS = [1, 3, 131, 97];
const CASES = [
  ["simd", 1],
  ["simd-threads", 1],
  ["simd-threads", 2],
  ["relaxed-threads", 1],
  ["relaxed-threads", 2],
] as const;
const VIEWS = [{}, { size: { width: 333, height: 211 } }, { part: [31, 17, 181, 137] as const }];

// biome-ignore lint/suspicious/noExplicitAny: the page's own names
declare const spinexr: any;

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Samples, pixels and logits as Node has them. */
async function inNode(wasmBuild: (typeof CASES)[number][0], threads: number, data: readonly number[]) {
  const options = { backend: "wasm", wasmBuild, threads } as const;
  const network = await loadNetwork(join(ROOT, NETWORK), options);
  const outputs = await network.run({
    [network.inputs[0]!.name]: { dims: DIMS, data: new Float32Array(data) },
  });
  await network.dispose();
  const model = await loadModel(join(ROOT, MODEL), options);
  const pictures: (string | number)[] = [];
  for (const path of PICTURES) {
    const image = await readImage(join(ROOT, path));
    pictures.push(image.sha256);
    for (const view of VIEWS) pictures.push(hashOf((await model.display(image, view)).pixels));
    pictures.push((await model.classify(image)).probability);
  }
  await model.dispose();
  return { logits: [...(Object.values(outputs)[0]!.data as Float32Array)], pictures };
}

test("pictures and logits are Node's", async () => {
  const browser = await openBrowser();
  const site = await serve(FOLDERS, true);
  try {
    const { page, problems } = await openPage(browser, site, "/index.html");
    await untilSet(page, "loaded", problems);
    const next = random(11);
    const data = Array.from({ length: DIMS.reduce((a, b) => a * b) }, () => Math.fround(4 * next() - 2));
    for (const [wasmBuild, threads] of CASES) {
      const found = await page.evaluate(
        async ([options, values, places]) => {
          const { loadModel, loadNetwork, readImage, hex } = spinexr;
          const network = await loadNetwork(places.network, options);
          const input = { dims: places.dims, data: new Float32Array(values) };
          const [output] = Object.values(await network.run({ [network.inputs[0].name]: input }));
          await network.dispose();
          const model = await loadModel(places.model, options);
          const pictures = [];
          for (const path of places.pictures) {
            const image = await readImage(path);
            pictures.push(image.sha256);
            for (const view of places.views)
              pictures.push(await hex((await model.display(image, view)).pixels));
            pictures.push((await model.classify(image)).probability);
          }
          await model.dispose();
          return { logits: [...(output as { data: Float32Array }).data], pictures };
        },
        [
          { backend: "wasm", wasmBuild, threads },
          data,
          { network: NETWORK, dims: DIMS, model: MODEL, pictures: PICTURES, views: VIEWS },
        ] as const,
      );
      assert.equal(found, await inNode(wasmBuild, threads, data), `${wasmBuild}, ${threads} threads`);
    }
    assert.equal(problems, []);
  } finally {
    await browser.close();
    await site.close();
  }
});

test.run();
