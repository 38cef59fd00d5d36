/** What a plan says about its steps: algorithm, what is fused, FLOPs and bytes, all worked out by hand. */
import { GraphBuilder } from "../../src/graph/builder.ts";
import { elementCount, type Value } from "../../src/graph/graph.ts";
import type { ConvAlgorithm } from "../../src/plan/conv-algorithm.ts";
import { describePlan, totalBytes } from "../../src/plan/describe.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import { assert, suite } from "../shim.ts";
import { miniDenseNet } from "./nets.ts";

const test = suite("describe plan");
const RELU = { op: "relu" as const, alpha: 0, beta: 0 };

interface Conv {
  readonly input?: readonly number[];
  readonly weight: readonly number[];
  readonly stride?: number;
  readonly pad?: number;
  readonly group?: number;
  /** Everything that a convolution can take in: BN > relu > average pool in front, BN, a residual and ReLU behind. */
  readonly fused?: boolean;
  readonly algorithm?: ConvAlgorithm;
}

/** The step of one convolution. */
function conv({ input = [2, 32, 12, 8], weight, stride = 1, pad = 0, group = 1, fused, algorithm }: Conv) {
  const b = new GraphBuilder();
  const constant = (name: string, dims: readonly number[]): Value =>
    b.constant(name, new Float32Array(elementCount(dims)), dims);
  const x = b.input("x", "f32", input);
  const [o, c] = [weight[0] as number, input[1] as number];
  const size = (at: number): number => {
    const side = (input[at] as number) / (fused ? 2 : 1);
    return Math.floor((side + 2 * pad - (weight[at] as number)) / stride) + 1;
  };
  const residual = fused ? b.input("r", "f32", [input[0] as number, o, size(2), size(3)]) : null;
  const [y] = b.add("conv", {
    inputs: [
      x,
      constant("w", weight),
      constant("b", [o]),
      residual,
      fused ? constant("ps", [c]) : null,
      fused ? constant("pt", [c]) : null,
      fused ? constant("s", [o]) : null,
    ],
    kernel: [weight[2] as number, weight[3] as number],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    dilations: [1, 1],
    group,
    ...(fused ? { preRelu: true, prePool: { kernel: [2, 2], strides: [2, 2] }, activation: RELU } : {}),
  });
  const graph = b.finish("net", [y as Value]);
  const plan = buildPlan(graph, algorithm === undefined ? {} : { chooseConv: () => algorithm });
  const step = describePlan(plan).steps.find(({ kind }) => kind === "conv");
  assert.ok(step !== undefined);
  return step;
}

test("a convolution names the algorithm that computes it", () => {
  const algorithm = (spec: Conv): string => conv(spec).algorithm;
  assert.is(algorithm({ weight: [16, 32, 1, 1] }), "GEMM");
  assert.is(algorithm({ weight: [16, 32, 1, 1], stride: 2 }), "implicit GEMM");
  assert.is(algorithm({ weight: [16, 32, 3, 3], algorithm: "gemm" }), "implicit GEMM");
  assert.is(algorithm({ weight: [16, 32, 3, 3], algorithm: "winograd2" }), "Winograd F(2x2)");
  assert.is(algorithm({ weight: [16, 32, 3, 3], algorithm: "winograd4" }), "Winograd F(4x4)");
  assert.is(algorithm({ weight: [32, 1, 3, 3], group: 32 }), "depthwise");
  assert.is(algorithm({ weight: [32, 1, 3, 3], group: 32, algorithm: "gemm" }), "implicit GEMM");
  assert.is(algorithm({ weight: [32, 8, 3, 3], group: 4 }), "implicit GEMM");
  assert.is(algorithm({ weight: [64, 1, 3, 3], group: 32 }), "implicit GEMM");
});

test("geometry and what is fused, in the order of computing", () => {
  assert.is(conv({ weight: [16, 32, 3, 3] }).detail, "3x3");
  assert.is(conv({ weight: [16, 32, 3, 5], stride: 2 }).detail, "3x5/2");
  assert.is(conv({ weight: [32, 8, 3, 3], group: 4 }).detail, "3x3 in 4 groups");
  assert.is(
    conv({ weight: [16, 32, 1, 1], fused: true }).detail,
    "BN > relu > average 2x2/2 > 1x1 > BN > add > relu",
  );
});

test("FLOPs are those of the definition, bytes those of the algorithm", () => {
  const weight = [16, 32, 3, 3];
  const [macs, pixels] = [2 * 12 * 8 * 16 * 32 * 9, 2 * 12 * 8];
  for (const [algorithm, growth] of [
    ["gemm", 1],
    ["winograd2", 16 / 9],
    ["winograd4", 4],
    ["strassen", 7 / 4],
  ] as const) {
    const { flops, bytes, intensity, dims } = conv({ weight, pad: 1, algorithm });
    assert.equal(dims, [2, 16, 12, 8]);
    assert.is(flops, 2 * macs);
    assert.equal(bytes, {
      weights: 4 * (16 * 32 * 9 * growth + 16),
      read: 4 * 32 * pixels,
      written: 4 * 16 * pixels,
    });
    assert.is(intensity, flops / (bytes.weights + bytes.read + bytes.written));
  }
  const depthwise = conv({ weight: [32, 1, 3, 3], group: 32 });
  assert.is(depthwise.flops, 2 * (2 * 10 * 6) * 32 * 9);
  assert.is(depthwise.bytes.weights, 4 * (32 * 9 + 32));
  const fused = conv({ weight: [16, 32, 1, 1], fused: true });
  const outputs = 2 * 6 * 4 * 16;
  assert.is(fused.flops, 2 * outputs * 32 + 2 * (32 * pixels) + outputs, "product, BN in front, residual");
  assert.is(fused.bytes.read, 4 * (32 * pixels + outputs));
  assert.is(fused.bytes.weights, 4 * (16 * 32 + 16 + 32 + 32 + 16));
});

test("steps that read parts of a tensor move those parts", () => {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [100, 8]);
  const indices = b.constant("i", new BigInt64Array([3n, 5n, 3n]), [3]);
  const [rows] = b.add("gather", { inputs: [x, indices], axis: 0 });
  const slice = { inputs: [x] as [Value], starts: [0, 2], steps: [1, 1], dims: [100, 4] };
  const [part] = b.add("slice", slice);
  const { steps } = describePlan(buildPlan(b.finish("parts", [rows as Value, part as Value])));
  const bytesOf = (kind: string) => steps.find((step) => step.kind === kind)?.bytes;
  assert.equal(bytesOf("gather"), { weights: 4 * 3, read: 4 * 3 * 8, written: 4 * 3 * 8 });
  assert.equal(bytesOf("copy"), { weights: 0, read: 4 * 400, written: 4 * 400 });
});

test("totals of kinds add up to those of the plan; the description survives JSON", () => {
  const plan = buildPlan(miniDenseNet(false));
  const described = describePlan(plan);
  const { kinds, steps } = described;
  assert.is(steps.length, plan.steps.length);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  assert.is(sum(kinds.map((kind) => kind.steps)), steps.length);
  assert.is(sum(kinds.map(({ flops }) => flops)), described.flops);
  assert.is(sum(steps.map(({ flops }) => flops)), described.flops);
  assert.is(sum(kinds.map(({ bytes }) => totalBytes(bytes))), totalBytes(described.bytes));
  assert.equal(kinds.map(({ kind, algorithm }) => `${kind} ${algorithm}`).slice(0, 2), [
    "conv implicit GEMM",
    "conv GEMM",
  ]);
  assert.equal([described.arenaBytes, described.constantBytes], [plan.arenaBytes, plan.constantBytes]);
  assert.equal(described.inputs, [{ name: "image", dtype: "f32", dims: [1, 3, 16, 16] }]);
  assert.equal(steps[6]?.results, ["f32[1,4,8,8]:nhwc/24"]);
  assert.equal(steps[6]?.operands, ["f32[1,16,8,8]:nhwc", "const f32[4,16,3,3]"]);
  assert.equal(JSON.parse(JSON.stringify(described)), described);
});

test.run();
