/** Which algorithm a convolution gets, and that a caller may choose another. */
import {
  admissibleAlgorithms,
  type ConvShape,
  chooseConvAlgorithm,
  fitsWinograd,
} from "../../src/plan/conv-algorithm.ts";
import { convSites } from "../../src/plan/conv-site.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import { CONV_ALGORITHMS } from "../../src/plan/steps.ts";
import { assert, suite } from "../shim.ts";
import { Sketch } from "../support/build.ts";
import { miniDenseNet } from "./nets.ts";

const test = suite("plan: algorithm of a convolution");

const shape = (input: number, out: number, size: number, other: Partial<ConvShape> = {}): ConvShape => ({
  batch: 1,
  channels: [input, out],
  output: [size, size],
  kernel: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  group: 1,
  constantWeights: true,
  pooled: false,
  averaged: true,
  ...other,
});

test("wide layers on large maps take the largest tiles", () => {
  for (const size of [14, 28, 56, 100])
    assert.is(chooseConvAlgorithm(shape(128, 32, size)), "winograd4", `${size}`);
  assert.is(chooseConvAlgorithm(shape(256, 256, 100)), "winograd4");
});

test("a map of few pixels does not pay for larger weights", () => {
  assert.is(chooseConvAlgorithm(shape(512, 512, 2)), "auto");
  assert.is(chooseConvAlgorithm(shape(512, 512, 4)), "auto");
  assert.is(chooseConvAlgorithm(shape(512, 512, 6)), "winograd2");
  assert.is(chooseConvAlgorithm(shape(128, 32, 7)), "winograd2");
});

test("wide products without Winograd save an eighth by Strassen", () => {
  const pointwise = (input: number, out: number, size: number, other: Partial<ConvShape> = {}) =>
    chooseConvAlgorithm(shape(input, out, size, { kernel: [1, 1], ...other }));
  for (const [input, out, size] of [
    [256, 128, 28],
    [512, 2048, 14],
    [131, 189, 14],
    [97, 163, 14],
    [1024, 256, 50],
  ] as const)
    assert.is(pointwise(input, out, size), "strassen", `${input} ${out} ${size}`);
  assert.is(chooseConvAlgorithm(shape(41, 97, 15, { strides: [2, 2] })), "strassen");
  assert.is(pointwise(64, 64, 56), "auto", "short sums");
  assert.is(pointwise(1024, 128, 4), "auto", "more weights than pixels");
  assert.is(pointwise(2100, 256, 50), "auto", "deeper than two chunks");
  assert.is(pointwise(1024, 1024, 1), "auto", "a pixel has no partner");
  for (const other of [{ pooled: true }, { constantWeights: false }, { group: 2 }, { averaged: false }])
    assert.is(pointwise(256, 256, 50, other), "auto");
});

test("few channels, computed weights and a pooled input stay with the matrix product", () => {
  assert.is(chooseConvAlgorithm(shape(3, 64, 100)), "auto");
  assert.is(chooseConvAlgorithm(shape(64, 3, 100)), "auto");
  assert.is(chooseConvAlgorithm(shape(64, 64, 100, { constantWeights: false })), "auto");
  assert.is(chooseConvAlgorithm(shape(64, 64, 100, { pooled: true })), "auto");
});

test("other kernels, strides, dilations and groups do not fit Winograd", () => {
  for (const other of [
    { kernel: [3, 1] },
    { kernel: [5, 5] },
    { strides: [1, 2] },
    { dilations: [2, 2] },
    { group: 2 },
  ] satisfies Partial<ConvShape>[]) {
    const layer = shape(64, 64, 100, other);
    assert.is(fitsWinograd(layer), false);
    assert.not.match(chooseConvAlgorithm(layer), /winograd/);
  }
});

test("what may compute a layer", () => {
  const gemm = ["auto", "gemm"];
  const winograd = ["winograd2", "winograd4"];
  const list = (layer: ConvShape): string => admissibleAlgorithms(layer).join(" ");
  assert.is(list(shape(64, 64, 10)), [...gemm, ...winograd, "strassen"].join(" "));
  assert.is(list(shape(64, 64, 10, { averaged: false })), [...gemm, ...winograd].join(" "));
  assert.is(list(shape(8, 64, 10)), gemm.join(" "), "few channels");
  assert.is(list(shape(64, 64, 10, { kernel: [1, 1] })), [...gemm, "strassen"].join(" "));
  assert.is(list(shape(64, 64, 10, { group: 64 })), [...gemm, "depthwise"].join(" "));
  for (const other of [{ constantWeights: false }, { pooled: true }])
    assert.is(list(shape(64, 64, 10, other)), gemm.join(" "));
  assert.is(list(shape(4096, 64, 10, { kernel: [1, 1] })), gemm.join(" "), "too deep");
});

test("the sites of a graph are what the planner asks about, in its order", () => {
  for (const graph of [miniDenseNet(true), miniDenseNet(false, 2)]) {
    const asked: unknown[] = [];
    const plan = buildPlan(graph, {
      chooseConv: (site) => {
        asked.push(site);
        return "auto";
      },
    });
    assert.equal(convSites(graph), asked);
    const names = plan.steps.filter(({ kind }) => kind === "conv").map(({ name }) => name);
    assert.equal(
      convSites(graph).map(({ name }) => name),
      names,
    );
  }
});

test("the plan says what was chosen, and a caller may choose", () => {
  const sketch = new Sketch();
  const x = sketch.input("x", 1, 32, 20, 20);
  const graph = sketch.finish(sketch.conv(x, 48, { kernel: 3, pad: 1 }));
  const algorithm = (plan: ReturnType<typeof buildPlan>): string => {
    const step = plan.steps.find(({ kind }) => kind === "conv");
    assert.ok(step?.kind === "conv");
    return CONV_ALGORITHMS[step.fields.algorithm]!;
  };
  assert.is(algorithm(buildPlan(graph)), "winograd4");
  for (const wanted of ["auto", "gemm", "winograd2"] as const)
    assert.is(algorithm(buildPlan(graph, { chooseConv: () => wanted })), wanted);
});

test.run();
