/** Resizing against Pillow and the size rule against detectron2. */
import { readFileSync } from "node:fs";
import { fitShortestEdge } from "../../src/image/fit.ts";
import { assert, shared, suite } from "../shim.ts";
import { BACKEND_NAMES, withBackend } from "../support/cores.ts";
import { rejects } from "../support/errors.ts";
import { hostTensors } from "../support/host-tensors.ts";

const test = suite("image/resize");
const golden = () => JSON.parse(readFileSync(shared("golden/boxops.json"), "utf8"));

test("the detector's size rule", () => {
  for (const { hw, short, max, out_hw } of golden().resize_shortest_edge) {
    const { height, width } = fitShortestEdge(hw[0], hw[1], short, max);
    assert.equal([height, width], out_hw);
  }
  assert.equal(fitShortestEdge(2874, 1183, 800, 1333), { height: 1333, width: 549 });
});

test("sizes must be positive", () => rejects(() => fitShortestEdge(0, 5, 800, 1333), "INVALID_ARGUMENT"));

for (const backend of BACKEND_NAMES) {
  test(`Pillow's bilinear on ${backend}`, () =>
    withBackend(backend, async ({ image }) => {
      for (const { hw, out_hw, pixels, out } of golden().resize_bilinear_u8) {
        const source = { pixels: Uint8Array.from(pixels.flat()), height: hw[0], width: hw[1] };
        const resized = await image.resize(source, out_hw[0], out_hw[1]);
        assert.equal(resized.pixels, Uint8Array.from(out.flat()));
      }
    }));

  test(`normalisation and padding on ${backend}`, () =>
    withBackend(backend, async (instance) => {
      const source = { pixels: Uint8Array.of(0, 128, 255, 7, 8, 9), height: 2, width: 3 };
      const mean = [103.53, 116.28, 123.675];
      const std = [1, 57.375, 0.5];
      const { tensors } = await instance.image.inputs(source, [
        { height: 2, width: 3, paddedHeight: 3, paddedWidth: 4, mean, std },
      ]);
      const [result] = (await hostTensors(instance, tensors)) as [Float32Array];
      const f = Math.fround;
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < 3; y++)
          for (let x = 0; x < 4; x++) {
            const inside = y < 2 && x < 3;
            const expected = inside ? f(f(source.pixels[3 * y + x] - f(mean[c])) / f(std[c])) : 0;
            assert.is(result[(c * 3 + y) * 4 + x]!, expected, `${c} ${y} ${x}`);
          }
    }));
}

test.run();
