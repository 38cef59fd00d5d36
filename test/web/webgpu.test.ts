/** The backend webgpu in a page, on SwiftShader: in the engine's worker and on the page's own thread. */
import { join } from "node:path";
import { loadNetwork } from "../../src/index.node.ts";
import { assert, random, suite } from "../shim.ts";
import { openBrowser, openPage, ROOT, serve, untilSet } from "./support.ts";

const test = suite("web: webgpu");
const NETWORK = "models/sample-tiny/densenet.onnx";
const SIDE = 64;

// biome-ignore lint/suspicious/noExplicitAny: the page's own names
declare const spinexr: any;

interface Found {
  readonly backend: { name: string; isa: string; device: string };
  readonly values: number[];
  readonly again: number[];
}

test("a network gives what it gives in Node, with a worker and without; auto does not take a processor for a GPU", async () => {
  const browser = await openBrowser({ gpu: true });
  const folders = {
    dist: join(ROOT, "dist"),
    models: join(ROOT, "models"),
    "": join(import.meta.dirname, "page"),
  };
  const site = await serve(folders, true);
  try {
    const { page, problems } = await openPage(browser, site, "/index.html");
    await untilSet(page, "loaded", problems);
    const next = random(8);
    const data = Array.from({ length: 3 * SIDE * SIDE }, () => Math.fround(next() - 0.5));
    const network = await loadNetwork(join(ROOT, NETWORK), { backend: "wasm" });
    const name = network.inputs[0]!.name;
    const outputs = await network.run({ [name]: { dims: [1, 3, SIDE, SIDE], data: new Float32Array(data) } });
    const wanted = Object.values(outputs)[0]!.data as Float32Array;
    await network.dispose();
    for (const worker of [true, false]) {
      const { backend, values, again } = (await page.evaluate(
        async ([file, side, numbers, options]) => {
          const opened = await spinexr.loadNetwork(file, { backend: "webgpu", ...options });
          const input = { dims: [1, 3, side, side], data: new Float32Array(numbers) };
          const run = async () => {
            const [output] = Object.values(await opened.run({ [opened.inputs[0].name]: input }));
            return [...(output as { data: Float32Array }).data];
          };
          const found = { backend: opened.backend, values: await run(), again: await run() };
          await opened.dispose();
          return found;
        },
        [NETWORK, SIDE, data, { worker }] as const,
      )) as Found;
      assert.is(backend.name, "webgpu");
      assert.match(backend.device, "swiftshader");
      assert.equal(again, values);
      for (const [i, value] of values.entries())
        assert.ok(Math.abs(value - wanted[i]!) < 1e-4 * Math.max(1, Math.abs(wanted[i]!)), `${value}`);
    }
    const auto = await page.evaluate(async () => {
      const model = await spinexr.loadModel();
      await model.dispose();
      return model.backend;
    });
    assert.is(auto.name, "wasm");
    const [{ reason }] = auto.rejected.filter((one: { name: string }) => one.name === "webgpu");
    assert.match(reason, "a processor stands in for a GPU");
    const infos = await page.evaluate(() => spinexr.listBackends());
    assert.ok(infos.find((info: { name: string }) => info.name === "webgpu").available);
    assert.equal(problems, []);
    assert.equal(site.violations, []);
  } finally {
    await browser.close();
    await site.close();
  }
});

test.run();
