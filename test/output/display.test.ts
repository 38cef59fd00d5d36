/** model.display: the picture that is drawn on. */
import { readFileSync } from "node:fs";
import { loadModel, readImage } from "../../src/index.node.ts";
import { assert, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";

const test = suite("display");

test("whole, a part, another size; what cannot be is refused", async () => {
  await using model = await loadModel("sample-tiny", { backend: "wasm", threads: 1 });
  const phantom = readFileSync(new URL("../../models/samples/lumbar-ap.dcm", import.meta.url));
  const image = await readImage(new Uint8Array(phantom));
  const { width, height } = image;
  const whole = await model.display(image);
  assert.equal([whole.width, whole.height, whole.pixels.length], [width, height, width * height]);
  const part = await model.display(image, { part: [10, 20, 35, 60] });
  assert.equal([part.width, part.height], [25, 40]);
  for (let y = 0; y < 40; y++)
    for (let x = 0; x < 25; x++) assert.is(part.pixels[y * 25 + x], whole.pixels[(y + 20) * width + x + 10]);
  const small = await model.display(image, { part: [0, 0, width, height], size: { width: 30, height: 50 } });
  assert.is(small.pixels.length, 1500);
  const mean = (pixels: Uint8Array) => pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  assert.ok(Math.abs(mean(small.pixels) - mean(whole.pixels)) < 2);
  for (const wrong of [
    [0, 0, width + 1, 5],
    [-1, 0, 5, 5],
    [5, 5, 5, 9],
    [0.5, 0, 5, 5],
    [0, 0, Number.NaN, 5],
  ] as const)
    await rejects(() => model.display(image, { part: wrong }), "INVALID_ARGUMENT", /inside the picture/);
  await rejects(() => model.display(image, { size: { width: 0, height: 5 } }), "INVALID_ARGUMENT");
  await rejects(() => model.display(image, { siz: 1 } as object), "INVALID_ARGUMENT", /Did you mean "size"/);
});

test.run();
