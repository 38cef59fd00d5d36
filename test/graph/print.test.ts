import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Value } from "../../src/graph/graph.ts";
import { printGraph } from "../../src/graph/print.ts";
import { assert, suite } from "../shim.ts";

const test = suite("graph text");

test("one line per node, neutral fields left out, short constants in full", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [1, 2, 4, 4]);
  const c = b.constant("c", Float32Array.of(1 / 3, 2), [2]);
  const conv = b.add(
    "conv",
    {
      inputs: [x, b.constant("w", new Float32Array(36), [2, 2, 3, 3]), null, null, c, c, null],
      kernel: [3, 3],
      strides: [1, 2],
      pads: [1, 1, 1, 1],
      dilations: [1, 1],
      group: 1,
      preRelu: true,
      activation: { op: "clip", alpha: 0, beta: 6 },
    },
    { name: "a" },
  )[0]!;
  const add = <K extends "pool" | "slice" | "topK" | "unary">(
    kind: K,
    spec: Parameters<typeof b.add<K>>[1],
    name: string,
  ): Value => b.add(kind, spec, { name })[0]!;
  const pooled = add(
    "pool",
    {
      inputs: [conv],
      mode: "average",
      kernel: [2, 2],
      strides: [2, 2],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      countIncludePad: true,
      p: 0,
    },
    "b",
  );
  const sliced = add(
    "slice",
    { inputs: [pooled], starts: [0, 1, 0, 0], steps: [1, 1, 1, 1], dims: [1, 1, 2, 1] },
    "d",
  );
  const leaky = add("unary", { inputs: [sliced], op: "leakyRelu", alpha: 0.1 }, "e");
  const top = b.add("topK", { inputs: [leaky], axis: 2, k: 1, largest: true, sorted: true }, { name: "t" });
  assert.is(
    printGraph(b.finish("net", top)),
    [
      'graph "net"',
      "  in  x f32[1,2,4,4]",
      "  a f32[1,2,4,2] = conv(x, w:f32[2,2,3,3], -, -, c:f32[2]{0.333333,2}, c:f32[2]{0.333333,2}) kernel=3x3 strides=1x2 pads=1,1,1,1 preRelu activation=clip(0,6)",
      "  b f32[1,2,2,1] = pool(a) average kernel=2x2 strides=2x2 countIncludePad",
      "  d f32[1,1,2,1] = slice(b) starts=0,1,0,0 steps=1,1,1,1",
      "  e f32[1,1,2,1] = unary(d) leakyRelu(0.1)",
      "  t f32[1,1,1,1], t.1 i64[1,1,1,1] = topK(e) axis=2 k=1 largest sorted",
      "  out t, t.1",
      "",
    ].join("\n"),
  );
});

test.run();
