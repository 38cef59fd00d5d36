/** The whole pipeline on miniatures of the networks it is made for. */
import type { Graph, Value } from "../../src/graph/graph.ts";
import { optimize } from "../../src/optimize/pipeline.ts";
import { assertSameOutputs } from "../reference/compare.ts";
import { interpret } from "../reference/interpret.ts";
import { assert, suite } from "../shim.ts";
import { randomInputs, Sketch } from "../support/build.ts";

const test = suite("networks");

function optimizeAndCompare(graph: Graph): Graph {
  const optimized = optimize(graph, { validate: true });
  const inputs = randomInputs(graph);
  // Weights are folded over up to ten layers, each rounded to f32 once.
  assertSameOutputs(interpret(optimized, inputs), interpret(graph, inputs), { relative: 2e-6 });
  return optimized;
}

const kinds = (graph: Graph): string[] => graph.nodes.map((node) => node.kind);

/** Stem, a dense block of three layers, a transition, a block of one, and a head whose last BN has no ReLU. */
function denseNet(nested: boolean): Graph {
  const s = new Sketch();
  const layer = (x: Value): Value => {
    const narrow = s.conv(s.relu(s.norm(x)), 8);
    return s.conv(s.relu(s.norm(narrow)), 4, { kernel: 3, pad: 1 });
  };
  let x = s.relu(s.norm(s.conv(s.input("x", 2, 3, 21, 19), 6, { kernel: 7, stride: 2, pad: 3 })));
  x = s.pool(x, { mode: "max", kernel: [3, 3], pads: [1, 1, 1, 1] });
  const features = [x];
  for (let i = 0; i < 3; i++) {
    features.push(layer(x));
    x = s.concat(nested ? [x, features.at(-1)!] : [...features]);
  }
  x = s.pool(s.conv(s.relu(s.norm(x)), 9), {});
  x = s.norm(s.concat([x, layer(x)]));
  return s.finish(s.linear(s.reshape(s.globalMean(x), [2, 13]), 1, "logit"));
}

for (const nested of [false, true]) {
  test(`DenseNet with ${nested ? "nested" : "flat"} concats: nothing stands between its convolutions`, () => {
    const optimized = optimizeAndCompare(denseNet(nested));
    const layer = ["conv", "conv", "concat"];
    assert.equal(kinds(optimized), [
      ...["conv", "pool"],
      ...[...layer, ...layer, ...layer],
      ...["conv", ...layer],
      ...["reduce", "reshape", "matmul"],
    ]);
    const convs = optimized.nodes.filter((node) => node.kind === "conv");
    // Each layer's first convolution and the transition normalise their input; the transition also pools it.
    assert.equal(
      convs.map((conv) => conv.preRelu),
      [false, true, false, true, false, true, false, true, true, false],
    );
    assert.equal(
      convs.map((conv) => conv.inputs[4] !== null),
      convs.map((conv) => conv.preRelu),
    );
    assert.equal(convs[7]!.prePool, { kernel: [2, 2], strides: [2, 2] });
    // The stem and each first convolution took the BN and ReLU behind it.
    const activated = convs.map((conv) => conv.activation?.op === "relu" && conv.inputs[2] !== null);
    assert.equal(activated, [true, true, false, true, false, true, false, false, true, false]);
    assert.is(optimized.outputs[0]!.name, "logit");
  });
}

test("ResNet bottlenecks become three or four convolutions each", () => {
  const s = new Sketch();
  const bottleneck = (x: Value, width: number, stride: number): Value => {
    const outputs = 4 * width;
    let y = s.relu(s.norm(s.conv(x, width)));
    y = s.relu(s.norm(s.conv(y, width, { kernel: 3, pad: 1, stride })));
    y = s.norm(s.conv(y, outputs));
    const same = stride === 1 && x.dims[1] === outputs;
    return s.relu(s.binary("add", y, same ? x : s.norm(s.conv(x, outputs, { stride }))));
  };
  const x = bottleneck(bottleneck(s.input("x", 1, 5, 9, 9), 3, 2), 3, 1);
  const optimized = optimizeAndCompare(s.finish(x));
  const convs = optimized.nodes.filter((node) => node.kind === "conv");
  assert.is(convs.length, optimized.nodes.length);
  assert.is(convs.length, 7);
  assert.is(convs.filter((conv) => conv.inputs[3] !== null).length, 2);
  // All but the projection shortcut end in ReLU.
  assert.is(convs.filter((conv) => conv.activation?.op === "relu").length, 6);
});

test("a mobile block with swish: expand, depthwise, project, add", () => {
  const s = new Sketch();
  const x = s.input("x", 1, 4, 7, 7);
  const swish = (v: Value): Value => s.binary("mul", v, s.unary(v, "sigmoid"));
  let y = swish(s.norm(s.conv(x, 12)));
  y = swish(s.norm(s.conv(y, 12, { kernel: 3, pad: 1, group: 12 })));
  y = s.binary("add", x, s.norm(s.conv(y, 4)));
  const optimized = optimizeAndCompare(s.finish(y));
  assert.equal(kinds(optimized), ["conv", "conv", "conv"]);
  const convs = optimized.nodes.filter((node) => node.kind === "conv");
  assert.equal(
    convs.map((conv) => conv.activation?.op ?? null),
    ["silu", "silu", null],
  );
});

test("an FPN level: lateral convolution plus upsampled map", () => {
  const s = new Sketch();
  const coarse = s.conv(s.input("c5", 1, 6, 3, 4), 5);
  const upsample = (x: Value, axis: number): Value => {
    const indices = Int32Array.from({ length: 2 * x.dims[axis]! }, (_, i) => i >> 1);
    const weights = new Float32Array(indices.length).fill(1);
    return s.builder.add("resample", { inputs: [x], axis, taps: 1, indices, weights })[0]!;
  };
  const lateral = s.conv(s.input("c4", 1, 7, 6, 8), 5, { bias: true });
  const sum = s.binary("add", lateral, upsample(upsample(coarse, 2), 3));
  const graph = s.finish(
    s.conv(sum, 5, { kernel: 3, pad: 1, name: "p4" }),
    s.conv(coarse, 5, { name: "p5" }),
  );
  const optimized = optimizeAndCompare(graph);
  assert.equal(kinds(optimized), ["conv", "resample", "resample", "conv", "conv", "conv"]);
});

test.run();
