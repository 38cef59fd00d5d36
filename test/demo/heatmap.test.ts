/** The classifier's map: its mean is the logit, and its colours are those of the legend. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { activationNetwork, MAP } from "../../demo/heatmap/activation-network.ts";
import { bilinear, evidence, heatColour } from "../../demo/heatmap/colours.ts";
import { loadNetwork } from "../../src/index.node.ts";
import { readModelProto } from "../../src/onnx/model-proto.ts";
import { writeModel } from "../../src/onnx/write.ts";
import { assert, random, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";

const test = suite("demo: heatmap");
const MODELS = join(import.meta.dirname, "../../models");

for (const [name, height, width] of [
  ["spinexr-phantom", 640, 448],
  ["spinexr-phantom", 96, 64],
  ["sample-tiny", 224, 224],
] as const) {
  test(`${name} at ${height} x ${width}: the mean of the map is the logit`, async () => {
    const onnx = readFileSync(join(MODELS, name, "densenet.onnx"));
    const [whole, map] = await Promise.all([
      loadNetwork(onnx, { backend: "wasm" }),
      loadNetwork(activationNetwork(onnx, "logits"), { backend: "wasm" }),
    ]);
    const next = random(height);
    const input = whole.inputs[0]!.name;
    const data = Float32Array.from({ length: 3 * height * width }, () => 4 * next() - 2);
    const feed = { [input]: { dims: [1, 3, height, width], data } };
    const logit = ((await whole.run(feed)).logits!.data as Float32Array)[0]!;
    const { dims, data: values } = (await map.run(feed))[MAP]!;
    await Promise.all([whole.dispose(), map.dispose()]);
    assert.equal(dims, [1, 1, Math.floor(height / 32), Math.floor(width / 32)]);
    const mean = (values as Float32Array).reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(mean - logit) <= 1e-4 * Math.max(1, Math.abs(logit)), `${mean} is not ${logit}`);
  });
}

test("a network that ends otherwise is refused with a sentence", async () => {
  const onnx = readFileSync(join(MODELS, "spinexr-phantom/densenet.onnx"));
  const model = readModelProto(onnx);
  const nodes = model.graph.nodes.map((node) =>
    node.op === "GlobalAveragePool" ? { ...node, op: "GlobalMaxPool" } : node,
  );
  const other = writeModel({ ...model, graph: { ...model.graph, nodes } });
  await rejects(() => activationNetwork(other, "logits"), "UNSUPPORTED_OPERATOR");
  await rejects(() => activationNetwork(onnx, "absent"), "UNSUPPORTED_OPERATOR");
  await rejects(() => activationNetwork(onnx.subarray(0, 1000), "logits"), "INVALID_ONNX");
});

test("no evidence is clear, more is lighter and more opaque", () => {
  assert.is(evidence(-3, 20), 0);
  assert.is(evidence(20, 20), 1);
  assert.ok(evidence(2, 2) < 0.5);
  const light = ([red, green, blue]: readonly number[]): number =>
    0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  let last = heatColour(0);
  assert.is(last[3], 0);
  for (let share = 0.02; share <= 1.001; share += 0.02) {
    const colour = heatColour(share);
    assert.ok(light(colour) >= light(last) - 1 && colour[3] >= last[3], `${share}`);
    last = colour;
  }
  assert.equal(heatColour(7), heatColour(1));
});

test("values between four are between them, and those at their middles are theirs", () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  for (let y = 0; y < 2; y++)
    for (let x = 0; x < 3; x++) assert.is(bilinear(values, 3, 2, x, y), values[y * 3 + x]);
  assert.is(bilinear(values, 3, 2, 0.5, 0.5), 3);
  assert.is(bilinear(values, 3, 2, -5, 9), 4);
});

test.run();
