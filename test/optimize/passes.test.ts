/** Each pass alone: its text before and after, and equal numbers through the float64 interpreter. */
import type { Graph, Value } from "../../src/graph/graph.ts";
import { printNode } from "../../src/graph/print.ts";
import { deadCode } from "../../src/optimize/dead-code.ts";
import { eliminateIdentity } from "../../src/optimize/eliminate-identity.ts";
import { foldBatchNorm } from "../../src/optimize/fold-batch-norm.ts";
import { foldConstants } from "../../src/optimize/fold-constants.ts";
import { foldInputScale } from "../../src/optimize/fold-input-scale.ts";
import { foldPad } from "../../src/optimize/fold-pad.ts";
import { formScaleShift } from "../../src/optimize/form-scale-shift.ts";
import { fuseActivation } from "../../src/optimize/fuse-activation.ts";
import { fuseAdd } from "../../src/optimize/fuse-add.ts";
import { fuseBias } from "../../src/optimize/fuse-bias.ts";
import { fusePrologue } from "../../src/optimize/fuse-prologue.ts";
import type { Pass } from "../../src/optimize/pass.ts";
import { optimize } from "../../src/optimize/pipeline.ts";
import { poolBeforeConv } from "../../src/optimize/pool-before-conv.ts";
import { recognizeGates } from "../../src/optimize/recognize-gates.ts";
import { sinkScaleShift } from "../../src/optimize/sink-scale-shift.ts";
import { assertSameOutputs } from "../reference/compare.ts";
import { interpret } from "../reference/interpret.ts";
import { assert, suite } from "../shim.ts";
import { randomInputs, Sketch } from "../support/build.ts";

const test = suite("passes");

/** One rounding of each folded weight and bias to f32: a few 1e-7. */
const TOLERANCE = { relative: 1e-6 };

/** Node lines; names of values, dims and fields, without the element lists of constants. */
const text = (graph: Graph): string[] =>
  graph.nodes.map((node) => printNode(node).replaceAll(/\{[^}]*\}/g, ""));

function check(passes: Pass | Pass[], build: (s: Sketch) => Value[], after: string[]): void {
  const sketch = new Sketch();
  const graph = sketch.finish(...build(sketch));
  const optimized = optimize(graph, { passes: [passes].flat(), validate: true });
  assert.equal(text(optimized), after);
  const inputs = randomInputs(graph);
  assertSameOutputs(interpret(optimized, inputs), interpret(graph, inputs), TOLERANCE);
}

/** The pass must leave this graph as it is. */
function checkUnchanged(pass: Pass, build: (s: Sketch) => Value[]): void {
  const sketch = new Sketch();
  const graph = sketch.finish(...build(sketch));
  assert.equal(text(optimize(graph, { passes: [pass] })), text(graph));
}

test("dead-code removes chains that nobody reads", () => {
  check(
    deadCode,
    (s) => {
      const x = s.input("x", 1, 3, 4, 4);
      s.relu(s.conv(x, 2, { name: "unused" }));
      return [s.relu(x, "y")];
    },
    ["y f32[1,3,4,4] = unary(x) relu"],
  );
});

test("fold-constants evaluates what the builder left", () => {
  check(
    foldConstants,
    (s) => {
      const x = s.input("x", 1, 200);
      const weight = s.transpose(s.constant([300, 200]), [1, 0], "w");
      const spec = { transA: false, transB: false, alpha: 1 };
      return s.builder.add("matmul", { inputs: [x, weight, null], ...spec }, { name: "y" });
    },
    ["y f32[1,300] = matmul(x, w:f32[200,300])"],
  );
  check(
    foldConstants,
    (s) => {
      const dims = [1, 3, 150, 150];
      const filled = s.builder.add("expand", { inputs: [s.constant([1])], dims }, { name: "w" });
      return [s.binary("mul", s.input("x", ...dims), filled[0]!, "y")];
    },
    ["y f32[1,3,150,150] = binary(x, w:f32[1,3,150,150]) mul"],
  );
});

test("eliminate-identity: pairs of transposes, chains of reshapes, whole slices, lone concats, empty pads", () => {
  check(
    [eliminateIdentity, deadCode],
    (s) => {
      let x = s.input("x", 2, 3, 4, 5);
      x = s.transpose(s.transpose(x, [0, 2, 3, 1]), [0, 3, 1, 2]);
      x = s.reshape(s.reshape(s.reshape(x, [6, 20]), [120]), [2, 3, 4, 5]);
      x = s.builder.add("slice", {
        inputs: [x],
        starts: [0, 0, 0, 0],
        steps: [1, 1, 1, 1],
        dims: x.dims,
      })[0]!;
      x = s.concat([s.pad(x, [0, 0, 0, 0])]);
      x = s.builder.add("cast", { inputs: [x], dtype: "f32" })[0]!;
      x = s.builder.add("expand", { inputs: [x], dims: x.dims })[0]!;
      return [s.relu(x, "y")];
    },
    ["y f32[2,3,4,5] = unary(x) relu"],
  );
});

test("eliminate-identity: transposes compose, and become reshapes where only axes of length 1 move", () => {
  check(
    [eliminateIdentity, deadCode],
    (s) => {
      const x = s.input("x", 2, 3, 4);
      return [
        s.transpose(s.transpose(x, [1, 2, 0]), [1, 0, 2], "y"),
        s.transpose(s.input("z", 5, 1, 7), [1, 0, 2], "w"),
      ];
    },
    ["y f32[4,3,2] = transpose(x) perm=2,1,0", "w f32[1,5,7] = reshape(z)"],
  );
});

test("eliminate-identity keeps the names of outputs, also when an output is an identity of an input", () => {
  check(
    eliminateIdentity,
    (s) => {
      const x = s.input("x", 1, 2);
      const kept = s.relu(x, "a");
      return [s.reshape(x, [1, 2], "y"), s.reshape(kept, [1, 2], "z"), s.unary(kept, "neg", "n")];
    },
    ["z f32[1,2] = unary(x) relu", "y f32[1,2] = reshape(x)", "n f32[1,2] = unary(z) neg"],
  );
});

test("fold-pad: zeros into convolutions and counting averages, -infinity into max pools", () => {
  check(
    [foldPad, deadCode],
    (s) => {
      const x = s.input("x", 1, 3, 6, 6);
      return [
        s.conv(s.pad(x, [1, 0, 2, 1]), 2, { kernel: 3, pad: 1, name: "a" }),
        s.pool(s.pad(x, [1, 1, 1, 1]), {}, "b"),
        s.pool(s.pad(x, [1, 1, 1, 1], Number.NEGATIVE_INFINITY), { mode: "max" }, "c"),
      ];
    },
    [
      "a f32[1,2,9,7] = conv(x, c0:f32[2,3,3,3]) kernel=3x3 pads=2,1,3,2",
      "b f32[1,3,4,4] = pool(x) average kernel=2x2 strides=2x2 pads=1,1,1,1 countIncludePad",
      "c f32[1,3,4,4] = pool(x) max kernel=2x2 strides=2x2 pads=1,1,1,1",
    ],
  );
});

test("fold-pad leaves other values, crops, and pools whose own padding does not count", () => {
  checkUnchanged(foldPad, (s) => {
    const x = s.input("x", 1, 3, 6, 6);
    return [
      s.conv(s.pad(x, [1, 1, 1, 1], 0.5), 2),
      s.conv(s.pad(x, [-1, 0, 1, 0]), 2),
      s.pool(s.pad(x, [1, 1, 1, 1]), { pads: [1, 1, 1, 1] }),
      s.pool(s.pad(x, [1, 1, 1, 1]), { mode: "max" }),
    ];
  });
});

test("recognize-gates: x sigmoid(x) and x hardSigmoid(x, 1/6, 1/2)", () => {
  check(
    recognizeGates,
    (s) => {
      const x = s.input("x", 1, 3);
      const hard = s.builder.add("unary", {
        inputs: [x],
        op: "hardSigmoid",
        alpha: Math.fround(1 / 6),
        beta: 0.5,
      });
      return [s.binary("mul", s.unary(x, "sigmoid"), x, "a"), s.binary("mul", x, hard[0]!, "b")];
    },
    ["a f32[1,3] = unary(x) silu", "b f32[1,3] = unary(x) hardSwish"],
  );
  checkUnchanged(recognizeGates, (s) => {
    const x = s.input("x", 1, 3);
    const gate = s.unary(x, "sigmoid");
    return [s.binary("mul", x, gate), s.binary("add", x, gate)];
  });
});

test("form-scale-shift: arithmetic with per-channel constants, merged", () => {
  check(
    formScaleShift,
    (s) => {
      let x = s.input("x", 2, 3, 4, 4);
      x = s.binary("mul", x, s.constant([3, 1, 1], 2));
      x = s.binary("add", s.constant([1, 3, 1, 1]), x);
      x = s.binary("sub", s.constant([]), x);
      x = s.binary("div", x, s.constant([1], 2), "y");
      return [s.binary("sub", s.input("v", 2, 3), s.constant([3]), "z"), x];
    },
    [
      "y f32[2,3,4,4] = scaleShift(x, y.scale:f32[3], y.shift:f32[3])",
      "z f32[2,3] = scaleShift(v, z.scale:f32[3], z.shift:f32[3])",
    ],
  );
});

test("form-scale-shift leaves quotients of constants, other axes and growing broadcasts", () => {
  checkUnchanged(formScaleShift, (s) => {
    const x = s.input("x", 1, 3, 4, 4);
    return [
      s.binary("div", s.constant([3, 1, 1], 2), x),
      s.binary("mul", x, s.constant([4, 1])),
      s.binary("mul", x, s.constant([5, 3, 1, 1])),
      s.binary("mul", s.input("u", 2, 3, 4), s.constant([3, 1])),
      s.binary("max", x, s.constant([3, 1, 1])),
    ];
  });
});

test("fuse-bias: matmuls of any rank", () => {
  check(
    fuseBias,
    (s) => {
      const x = s.input("x", 2, 3, 4);
      return [
        s.binary("add", s.constant([5]), s.binary("add", s.linear(x, 5, "m"), s.constant([1, 5])), "y"),
      ];
    },
    ["y f32[2,3,5] = matmul(x, c1:f32[4,5], y.bias:f32[5])"],
  );
  checkUnchanged(fuseBias, (s) => [s.binary("add", s.linear(s.input("x", 2, 3, 4), 5), s.constant([3, 1]))]);
});

test("fold-batch-norm: conv, grouped conv, grouped convTranspose, matmul of both orders", () => {
  check(
    foldBatchNorm,
    (s) => {
      const x = s.input("x", 2, 6, 5, 5);
      const transposed = s.builder.add("convTranspose", {
        inputs: [x, s.constant([6, 2, 2, 2]), s.constant([6])],
        kernel: [2, 2],
        strides: [2, 2],
        pads: [0, 0, 0, 0],
        dilations: [1, 1],
        group: 3,
        outputSpatial: [10, 10],
      });
      const v = s.input("v", 2, 6);
      const right = s.builder.add("matmul", {
        inputs: [v, s.constant([4, 6]), null],
        transA: false,
        transB: true,
        alpha: 0.5,
      });
      return [
        s.norm(s.conv(x, 4, { kernel: 3, pad: 1 }), "a"),
        s.norm(s.conv(x, 4, { kernel: 3, group: 2, bias: true }), "b"),
        s.norm(transposed[0]!, "c"),
        s.norm(s.linear(v, 4), "d"),
        s.norm(right[0]!, "e"),
      ];
    },
    [
      "a f32[2,4,5,5] = conv(x, c3:f32[4,6,3,3], a.bias:f32[4], -, -, -, a.scale:f32[4]) kernel=3x3 pads=1,1,1,1",
      "b f32[2,4,3,3] = conv(x, c6:f32[4,3,3,3], b.bias:f32[4], -, -, -, b.scale:f32[4]) kernel=3x3 group=2",
      "c f32[2,6,10,10] = convTranspose(x, c0.scaled:f32[6,2,2,2], c.bias:f32[6]) kernel=2x2 strides=2x2 group=3",
      "d f32[2,4] = matmul(v, c12.scaled:f32[6,4], d.bias:f32[4])",
      "e f32[2,4] = matmul(v, c2.scaled:f32[4,6], e.bias:f32[4]) transB alpha=0.5",
    ],
  );
});

test("fold-batch-norm leaves results with other readers, outputs, computed weights of a matmul", () => {
  checkUnchanged(foldBatchNorm, (s) => {
    const x = s.input("x", 1, 3, 4, 4);
    const shared = s.conv(x, 2);
    const output = s.conv(x, 2);
    const computed = s.builder.add("matmul", {
      inputs: [s.input("v", 1, 3), s.input("w", 3, 2), null],
      transA: false,
      transB: false,
      alpha: 1,
    });
    return [s.norm(shared), s.relu(shared), output, s.norm(output), s.norm(computed[0]!)];
  });
});

test("fold-batch-norm: scales multiply, also behind computed weights and in front of an input's shift", () => {
  const build = (s: Parameters<Parameters<typeof check>[1]>[0]) => {
    const computed = s.builder.add("conv", {
      inputs: [s.norm(s.input("x", 1, 3, 4, 4)), s.input("w", 2, 3, 1, 1)],
      kernel: [1, 1],
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      group: 1,
    });
    return [s.norm(s.norm(computed[0]!), "y"), s.norm(s.conv(s.norm(s.input("u", 1, 3, 4, 4)), 2), "z")];
  };
  check(foldBatchNorm, build, [
    "scaleShift_3 f32[1,3,4,4] = scaleShift(x, c0:f32[3], c1:f32[3])",
    "y f32[1,2,4,4] = conv(scaleShift_3, w, y.bias:f32[2], -, -, -, y.scale:f32[2]) kernel=1x1",
    "scaleShift_15 f32[1,3,4,4] = scaleShift(u, c6:f32[3], c7:f32[3])",
    "z f32[1,2,4,4] = conv(scaleShift_15, c8:f32[2,3,1,1], z.bias:f32[2], -, -, -, z.scale:f32[2]) kernel=1x1",
  ]);
  check({ name: "both", run: (graph) => foldBatchNorm.run(graph) + foldInputScale.run(graph) }, build, [
    "scaleShift_3 f32[1,3,4,4] = scaleShift(x, c0:f32[3], c1:f32[3])",
    "y f32[1,2,4,4] = conv(scaleShift_3, w, y.bias:f32[2], -, -, -, y.scale:f32[2]) kernel=1x1",
    "z f32[1,2,4,4] = conv(u, c8.scaled:f32[2,3,1,1], conv_17.bias:f32[2], -, -, -, z.scale:f32[2]) kernel=1x1",
  ]);
});

test("sink-scale-shift: behind means and reshapes that keep N and C", () => {
  check(
    sinkScaleShift,
    (s) => {
      const x = s.input("x", 2, 3, 5, 5);
      const y = s.reshape(s.globalMean(s.norm(x)), [2, 3], "y");
      return [y, s.pool(s.norm(x), { pads: [1, 1, 1, 1], kernel: [3, 3] }, "z")];
    },
    [
      "reduce_4.before.scaleShift f32[2,3,1,1] = reduce(x) mean axes=2,3 keepDims",
      "y.before.scaleShift f32[2,3] = reshape(reduce_4.before.scaleShift)",
      "y f32[2,3] = scaleShift(y.before.scaleShift, c0:f32[3], c1:f32[3])",
      "z.before.scaleShift f32[2,3,3,3] = pool(x) average kernel=3x3 strides=2x2 pads=1,1,1,1",
      "z f32[2,3,3,3] = scaleShift(z.before.scaleShift, c2:f32[3], c3:f32[3])",
    ],
  );
  checkUnchanged(sinkScaleShift, (s) => {
    const x = s.input("x", 2, 3, 4, 4);
    const acrossChannels = s.builder.add("reduce", {
      inputs: [s.norm(x)],
      op: "mean",
      axes: [1],
      keepDims: true,
    });
    return [
      s.pool(s.norm(x), { pads: [1, 1, 1, 1], countIncludePad: true }),
      s.pool(s.norm(x), { mode: "max" }),
      s.reshape(s.norm(x), [2, 48]),
      s.relu(s.relu(s.norm(x))),
      acrossChannels[0]!,
    ];
  });
});

test("fold-input-scale: into unpadded convolutions and matmuls", () => {
  check(
    foldInputScale,
    (s) => {
      const x = s.input("x", 2, 4, 5, 5);
      const scaleOnly = s.builder.add("scaleShift", {
        inputs: [x, s.constant([4]), s.builder.constant("zero", new Float32Array(4), [4])],
      });
      return [
        s.conv(s.norm(x), 6, { kernel: 3, group: 2, bias: true, name: "a" }),
        s.conv(scaleOnly[0]!, 3, { kernel: 3, pad: 1, name: "b" }),
        s.linear(s.norm(s.input("v", 2, 3)), 4, "c"),
      ];
    },
    [
      "a f32[2,6,3,3] = conv(x, c3.scaled:f32[6,2,3,3], a.bias:f32[6]) kernel=3x3 group=2",
      "b f32[2,3,5,5] = conv(x, c5.scaled:f32[3,4,3,3], b.bias:f32[3]) kernel=3x3 pads=1,1,1,1",
      "c f32[2,4] = matmul(v, c8.scaled:f32[3,4], c.bias:f32[4])",
    ],
  );
  checkUnchanged(foldInputScale, (s) => [s.conv(s.norm(s.input("x", 1, 3, 4, 4)), 2, { kernel: 3, pad: 1 })]);
});

test("pool-before-conv: a 2x2 mean moves into the input of a 1x1 convolution", () => {
  check(poolBeforeConv, (s) => [s.pool(s.conv(s.input("x", 2, 6, 5, 7), 4, { bias: true }), {}, "y")], [
    "y f32[2,4,2,3] = conv(x, c0:f32[4,6,1,1], c1:f32[4]) kernel=1x1 prePool=2x2/2x2",
  ]);
  checkUnchanged(poolBeforeConv, (s) => {
    const x = s.input("x", 1, 4, 7, 7);
    return [
      s.pool(s.conv(x, 2), { pads: [1, 1, 1, 1] }),
      s.pool(s.conv(x, 2), { ceilMode: true }),
      s.pool(s.conv(x, 2), { mode: "max" }),
      s.pool(s.conv(x, 2), { strides: [1, 1] }),
      s.pool(s.conv(x, 2, { kernel: 3 }), {}),
      s.pool(s.relu(s.conv(x, 2)), {}),
    ];
  });
});

test("fuse-activation: into conv, matmul, scaleShift and binary", () => {
  check(
    fuseActivation,
    (s) => {
      const x = s.input("x", 1, 3, 4, 4);
      const six = s.builder.add(
        "unary",
        { inputs: [s.norm(x)], op: "clip", alpha: 0, beta: 6 },
        { name: "b" },
      );
      return [
        s.relu(s.conv(x, 2), "a"),
        six[0]!,
        s.unary(s.linear(s.input("v", 2, 3), 4), "sigmoid", "c"),
        s.unary(s.binary("mul", x, x), "tanh", "d"),
      ];
    },
    [
      "b f32[1,3,4,4] = scaleShift(x, c0:f32[3], c1:f32[3]) activation=clip(0,6)",
      "a f32[1,2,4,4] = conv(x, c2:f32[2,3,1,1]) kernel=1x1 activation=relu",
      "c f32[2,4] = matmul(v, c3:f32[3,4], c4:f32[4]) activation=sigmoid",
      "d f32[1,3,4,4] = binary(x, x) mul activation=tanh",
    ],
  );
  checkUnchanged(fuseActivation, (s) => {
    const sum = s.conv(s.input("x", 1, 3, 4, 4), 2);
    return [sum, s.relu(sum), s.unary(s.norm(sum), "exp")];
  });
});

test("fuse-add: a shortcut and the activation behind it", () => {
  check(
    [fuseActivation, fuseAdd],
    (s) => {
      const x = s.input("x", 1, 4, 5, 5);
      const inner = s.relu(s.conv(x, 2, { name: "a" }));
      const sum = s.binary("add", s.conv(inner, 4, { kernel: 3, pad: 1, name: "b" }), x);
      return [s.relu(sum, "y")];
    },
    [
      "unary_3 f32[1,2,5,5] = conv(x, c0:f32[2,4,1,1]) kernel=1x1 activation=relu",
      "y f32[1,4,5,5] = conv(unary_3, c1:f32[4,2,3,3], -, x) kernel=3x3 pads=1,1,1,1 activation=relu",
    ],
  );
});

test("fuse-add: of two convolutions the later takes the other, whatever the order of operands", () => {
  for (const flipped of [false, true]) {
    check(
      fuseAdd,
      (s) => {
        const x = s.input("x", 1, 4, 5, 5);
        const [a, b] = [s.conv(x, 3, { name: "a" }), s.conv(x, 3, { name: "b" })];
        return [flipped ? s.binary("add", b, a, "y") : s.binary("add", a, b, "y")];
      },
      [
        "a f32[1,3,5,5] = conv(x, c0:f32[3,4,1,1]) kernel=1x1",
        "y f32[1,3,5,5] = conv(x, c1:f32[3,4,1,1], -, a) kernel=1x1",
      ],
    );
  }
});

test("fuse-add: the convolution moves behind what it adds", () => {
  check(
    fuseAdd,
    (s) => {
      const x = s.input("x", 1, 4, 5, 5);
      const early = s.conv(x, 4, { name: "early" });
      return [s.binary("add", early, s.unary(x, "exp", "late"), "y")];
    },
    ["late f32[1,4,5,5] = unary(x) exp", "y f32[1,4,5,5] = conv(x, c0:f32[4,4,1,1], -, late) kernel=1x1"],
  );
});

test("fuse-add leaves doubled sums, broadcasts, activated and shared convolutions", () => {
  checkUnchanged(fuseAdd, (s) => {
    const x = s.input("x", 1, 4, 5, 5);
    const doubled = s.conv(x, 4);
    const shared = s.conv(x, 4);
    return [
      s.binary("add", doubled, doubled),
      s.binary("add", s.conv(x, 4), s.input("z", 1, 4, 1, 1)),
      s.binary("add", s.relu(s.conv(x, 4)), x),
      s.binary("add", shared, x),
      s.binary("add", s.unary(shared, "exp"), x),
      s.binary("sub", s.conv(x, 4), x),
    ];
  });
});

test("fuse-prologue: BN + ReLU in front of padded convolutions, for each of several readers", () => {
  check(
    [fuseActivation, fusePrologue],
    (s) => {
      const x = s.relu(s.norm(s.input("x", 1, 3, 6, 6)));
      return [s.conv(x, 2, { name: "a" }), s.conv(x, 4, { kernel: 3, pad: 1, stride: 2, name: "b" })];
    },
    [
      "a f32[1,2,6,6] = conv(x, c2:f32[2,3,1,1], -, -, c0:f32[3], c1:f32[3]) kernel=1x1 preRelu",
      "b f32[1,4,3,3] = conv(x, c3:f32[4,3,3,3], -, -, c0:f32[3], c1:f32[3]) kernel=3x3 strides=2x2 pads=1,1,1,1 preRelu",
    ],
  );
});

test("fuse-prologue: a lone BN or ReLU", () => {
  check(
    fusePrologue,
    (s) => {
      const x = s.input("x", 1, 3, 6, 6);
      return [s.conv(s.norm(x), 2, { kernel: 3, pad: 1, name: "a" }), s.conv(s.relu(x), 2, { name: "b" })];
    },
    [
      "a f32[1,2,6,6] = conv(x, c2:f32[2,3,3,3], -, -, c0:f32[3], c1:f32[3]) kernel=3x3 pads=1,1,1,1",
      "b f32[1,2,6,6] = conv(x, c3:f32[2,3,1,1]) kernel=1x1 preRelu",
    ],
  );
});

test("fuse-prologue leaves what others read, outputs, and other activations", () => {
  checkUnchanged(fusePrologue, (s) => {
    const x = s.input("x", 1, 3, 6, 6);
    const shared = s.relu(x);
    const output = s.norm(x);
    const residual = s.relu(x);
    const own = s.builder.add("conv", {
      inputs: [residual, s.constant([3, 3, 1, 1]), null, residual, null, null, null],
      kernel: [1, 1],
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      group: 1,
    });
    return [
      s.conv(shared, 2),
      s.pool(shared, {}),
      output,
      s.conv(output, 2),
      s.conv(s.unary(x, "tanh"), 2),
      own[0]!,
    ];
  });
});

test.run();
