/** Half precision: which tensors are f16, that every step may have them so, and what it costs in accuracy. */
import { densenet } from "../../src/convert/architectures/densenet.ts";
import { retinanet } from "../../src/convert/architectures/retinanet.ts";
import { sparseRcnn } from "../../src/convert/architectures/sparse-rcnn.ts";
import { readCheckpoint } from "../../src/convert/checkpoint/read-checkpoint.ts";
import type { Graph, Value } from "../../src/graph/graph.ts";
import { importGraph } from "../../src/onnx/import.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import { optimize } from "../../src/optimize/pipeline.ts";
import { describePlan } from "../../src/plan/describe.ts";
import { encodePlan } from "../../src/plan/encode.ts";
import { BESIDE_CONSTANTS, HALF_OPERANDS } from "../../src/plan/half.ts";
import { buildPlan, type PlanOptions } from "../../src/plan/lower.ts";
import type { Plan, PlanTensor } from "../../src/plan/plan.ts";
import { closeEngines, openEngines } from "../ops/engines.ts";
import { runPlan } from "../ops/run-plan.ts";
import { relativeL2 } from "../reference/compare.ts";
import { assert, random, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";
import { randomDenseNet, TINY } from "../support/random-densenet.ts";
import {
  type DetectorSize,
  randomDetector,
  TINY_BACKBONE,
  TINY_RETINANET,
  TINY_SPARSE_RCNN,
} from "../support/random-detector.ts";
import { randomGraph } from "../support/random-graph.ts";
import { type TestState, writeCheckpoint } from "../support/torch-writer.ts";
import { execute } from "./execute.ts";
import { miniDenseNet, NetBuilder } from "./nets.ts";
import { randomCase } from "./random-nodes.ts";

const test = suite("plan: precision");
const half = (graph: Graph, options: PlanOptions = {}): Plan =>
  buildPlan(graph, { ...options, precision: "fp16" });
const tensorOf = (plan: Plan, index: number | undefined): PlanTensor =>
  plan.tensors[index as number] as PlanTensor;

/** What half.ts and plan.ts forbid, or null. */
function fault(plan: Plan): string | null {
  for (const { name, dtype, storage } of plan.tensors)
    if (dtype === "f16" && storage !== "arena") return `constant ${name} is f16`;
  for (const port of [...plan.inputs, ...plan.outputs])
    if (tensorOf(plan, port.tensor).dtype === "f16") return `port ${port.name} is f16`;
  for (const { kind, name, inputs, outputs } of plan.steps) {
    const types = new Map<string, Set<string>>();
    [...inputs, ...outputs].forEach((index, i) => {
      if (index < 0) return;
      const { dtype, storage } = tensorOf(plan, index);
      const digit = HALF_OPERANDS[kind][i] as string;
      const free = dtype === "i32" || dtype === "u8" || (BESIDE_CONSTANTS.has(kind) && storage !== "arena");
      if (!free) types.set(digit, (types.get(digit) ?? new Set()).add(dtype));
    });
    for (const [digit, set] of types)
      if (set.size > 1 || (digit === "." && set.has("f16")))
        return `${kind} ${name}: ${[...set]} of ${digit}`;
  }
  return null;
}

const casts = (plan: Plan): string[] =>
  plan.steps.filter(({ kind }) => kind === "cast").map(({ name }) => name);
/** The steps that write f32. */
const singles = (plan: Plan): string[] =>
  plan.steps
    .filter(({ outputs }) => outputs.some((index) => index >= 0 && tensorOf(plan, index).dtype === "f32"))
    .map(({ kind, name }) => `${kind} ${name}`);

function network(model: OnnxModel, height: number, width: number): Graph {
  const dims = { image: { dims: [1, 3, height, width] }, size: { dims: [2] } };
  const given = model.graph.inputs.map(({ name }) => [name, dims[name as keyof typeof dims]]);
  return optimize(importGraph(model, { inputs: Object.fromEntries(given) }));
}
const read = (state: TestState) => readCheckpoint(writeCheckpoint(state));
const denseNet = async (size = TINY): Promise<OnnxModel> =>
  (await densenet.convert(await read(randomDenseNet(size, random(3))), "densenet", null)).model;
async function detector(size: DetectorSize): Promise<OnnxModel> {
  const family = size.kind === "retinanet" ? retinanet : sparseRcnn;
  return (await family.convert(await read(randomDetector(size, random(3))), size.kind, null)).model;
}

/** Pixels as networks get them, and the picture's size. */
function feeds(graph: Graph, seed: number): Float32Array[] {
  const next = random(seed);
  return graph.inputs.map(({ name, dims }) =>
    name === "size"
      ? Float32Array.from(graph.inputs.find((value) => value.name === "image")!.dims.slice(2))
      : Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => 200 * next() - 100),
  );
}

test("DenseNet: all but the picture and the logits", async () => {
  const plan = half(network(await denseNet(), 40, 33));
  assert.is(fault(plan), null);
  assert.equal(singles(plan), ["copy image:nhwc", "matmul logits"]);
  assert.equal(casts(plan), []);
  const pool = plan.steps.find(({ kind }) => kind === "pool")!;
  assert.equal(
    [...pool.inputs, ...pool.outputs].map((index) => tensorOf(plan, index).dtype),
    ["f16", "f16"],
  );
});

test("RetinaNet: the last convolution of each head writes f32", async () => {
  const plan = half(network(await detector(TINY_RETINANET), 64, 96));
  assert.is(fault(plan), null);
  assert.equal(casts(plan), []);
  const convs = singles(plan).filter((name) => name.startsWith("conv "));
  assert.is(convs.length, 10);
  for (const name of convs) assert.match(name, /cls_score|bbox_pred/);
  assert.ok(singles(plan).every((name) => /^conv|^copy (image|head)/.test(name)));
});

test("Sparse R-CNN: boxes, deltas and logits stay f32, features beside them do not", async () => {
  const plan = half(network(await detector(TINY_SPARSE_RCNN), 64, 96));
  assert.is(fault(plan), null);
  assert.equal(casts(plan), []);
  assert.equal(
    singles(plan).filter((name) => /^(conv|matmul|normalize|softmax|multi)/.test(name)),
    [0, 1]
      .map((stage) => `matmul head.head_series.${stage}.bboxes_delta`)
      .concat("matmul head.head_series.1.class_logits"),
  );
  const align = plan.steps.find(({ kind }) => kind === "multiLevelRoiAlign")!;
  const types = [...align.inputs, ...align.outputs].filter((i) => i >= 0).map((i) => tensorOf(plan, i).dtype);
  assert.equal(types, ["f32", "f32", "f16", "f16", "f16", "f16", "f16"]);
});

test("memory is about half where maps are wider than the picture", async () => {
  const backbone = { ...TINY_BACKBONE, stem: 32, width: 16, expanded: 64, pyramid: 32 };
  const graphs = [
    network(await denseNet({ ...TINY, init: 64, growth: 16 }), 128, 128),
    network(await detector({ ...TINY_SPARSE_RCNN, backbone }), 128, 128),
    network(await detector({ ...TINY_RETINANET, backbone: { ...backbone, stages: [3, 4, 5] } }), 128, 128),
  ];
  for (const graph of graphs) {
    const share = half(graph).arenaBytes / buildPlan(graph).arenaBytes;
    assert.ok(share >= 0.5 && share < 0.65, `${graph.name}: ${share}`);
  }
});

test("logits within 2e-3 of those in f32, boxes within a pixel", async () => {
  const models = [
    await denseNet({ ...TINY, outputs: 24 }),
    await detector(TINY_RETINANET),
    await detector(TINY_SPARSE_RCNN),
  ];
  for (const [index, model] of models.entries()) {
    const graph = network(model, 64, 64);
    const inputs = feeds(graph, 30 + index);
    const expected = execute(buildPlan(graph), inputs).outputs;
    const found = execute(half(graph), inputs).outputs;
    for (const [i, { name }] of graph.outputs.entries()) {
      assert.is(found[i]!.length, expected[i]!.length);
      if (name === "boxes")
        for (const [j, v] of found[i]!.entries()) assert.ok(Math.abs(v - expected[i]![j]!) < 1);
      assert.ok(relativeL2(found[i]!, expected[i]!) <= 2e-3, `${graph.name} ${name}`);
    }
  }
});

/** conv a, an output too; conv b of it; their sum; conv c of the sum. */
function branch(net: NetBuilder, side: (a: Value) => Value): Graph {
  const a = net.conv(net.builder.input("image", "f32", [1, 3, 6, 6]), 8, 3);
  const x = side(a);
  const b = net.conv(x, 8, 3);
  const [sum] = net.builder.add("binary", { inputs: [x, b], op: "add", activation: null });
  return net.builder.finish("branch", [a, net.conv(sum as Value, 2, 3)]);
}

test("an f32 map is cast once where f16 joins it, before its first such reader", () => {
  const net = new NetBuilder(4);
  const plan = half(branch(net, (a) => a));
  assert.is(fault(plan), null);
  assert.equal(
    plan.steps
      .filter(({ kind }) => kind !== "copy")
      .map(({ kind, outputs: [y] }) => `${kind} ${tensorOf(plan, y).dtype}`),
    ["conv f32", "conv f16", "cast f16", "binary f16", "conv f32"],
  );
  // A step that reads f32 only writes f32: its result is what is cast.
  const other = new NetBuilder(4);
  const norm = half(branch(other, (a) => other.norm(a)));
  assert.equal(
    norm.steps.map(({ kind }) => kind).filter((kind) => kind !== "copy"),
    ["conv", "scaleShift", "conv", "cast", "binary", "conv"],
  );
  assert.is(fault(norm), null);
});

test("both matrices of a product have one type; a constant one does not count", () => {
  const net = new NetBuilder(6);
  const product = (a: Value, b: Value): Value =>
    net.builder.add("matmul", { inputs: [a, b, null], transA: false, transB: false, alpha: 1 })[0]!;
  const [a, b] = ["a", "b"].map((name) => net.builder.input(name, "f32", [4, 4])) as [Value, Value];
  const computed = product(b, net.constant([4, 4]));
  const graph = net.builder.finish("products", [product(a, computed)]);
  const plan = half(graph);
  assert.is(fault(plan), null);
  assert.equal(
    plan.steps.map(({ kind, inputs }) => `${kind} ${inputs.slice(0, 2).map((i) => tensorOf(plan, i).dtype)}`),
    ["matmul f32,f32", "cast f32", "matmul f16,f16"],
  );
  // Where the f32 one cannot be cast, since many write to it, the other is f32, too.
  const x = net.builder.input("x", "f32", [4, 2]);
  const rows = net.builder.add("concat", { inputs: [x, x], axis: 1 })[0]!;
  const kept = net.builder.finish("kept", [product(rows, computed), rows]);
  assert.is(fault(half(kept)), null);
});

test("slices of a buffer that is f32 stay f32 with all that joins them", () => {
  const net = new NetBuilder(5);
  const x = net.conv(net.builder.input("image", "f32", [1, 3, 6, 6]), 4, 3);
  const all = net.concat([x, net.conv(x, 4, 3)]);
  const [sum] = net.builder.add("binary", { inputs: [x, net.conv(all, 4, 1)], op: "mul", activation: null });
  const graph = net.builder.finish("slices", [all, net.conv(sum as Value, 3, 1)]);
  const plan = half(graph);
  assert.is(fault(plan), null);
  assert.equal(casts(plan), []);
  assert.ok(plan.tensors.every(({ dtype }) => dtype === "f32"));
  const inputs = feeds(graph, 2);
  assert.equal(execute(plan, inputs).outputs, execute(buildPlan(graph), inputs).outputs);
});

test("without concat in place, in parts of a batch, without reuse of memory: the same numbers", () => {
  const graph = miniDenseNet(true, 5);
  const inputs = feeds(graph, 8);
  const expected = execute(half(graph), inputs).outputs;
  for (const options of [
    { concatInPlace: false },
    { reuseMemory: false },
    { splitBatch: { large: 1, part: 1 } },
  ])
    assert.equal(execute(half(graph, options), inputs).outputs, expected);
  const parts = half(graph, { splitBatch: { large: 1, part: 1 } });
  assert.ok(parts.steps.some(({ part }) => part !== undefined));
  assert.is(fault(parts), null);
});

test("random networks stay close to f32", () => {
  let worst = 0;
  for (let seed = 0; seed < 40; seed++) {
    const { graph, inputs } = randomGraph(700 + seed);
    const given = graph.inputs.map(({ name }) => inputs[name]!);
    const optimized = optimize(graph);
    const plan = half(optimized);
    assert.is(fault(plan), null);
    const { outputs } = execute(plan, given);
    for (const [i, expected] of execute(buildPlan(optimized), given).outputs.entries())
      worst = Math.max(worst, relativeL2(outputs[i]!, expected));
  }
  assert.ok(worst > 0 && worst <= 2e-2, `relative L2 ${worst}`);
});

test("400 graphs of every node kind: each step may have its types, and runs on what was written", () => {
  let halves = 0;
  let cast = 0;
  for (let seed = 0; seed < 400; seed++) {
    const { graph, inputs } = randomCase(seed);
    for (const options of [{}, { concatInPlace: false }]) {
      const plan = half(graph, options);
      assert.is(fault(plan), null, `seed ${seed}`);
      const sizes = execute(plan, inputs).outputs.length;
      assert.is(sizes, graph.outputs.length);
      halves += plan.tensors.filter(({ dtype }) => dtype === "f16").length;
      cast += plan.steps.filter(
        ({ kind, outputs: [y] }) => kind === "cast" && tensorOf(plan, y).dtype === "f16",
      ).length;
    }
    assert.equal(encodePlan(buildPlan(graph, { precision: "fp32" })), encodePlan(buildPlan(graph)));
  }
  assert.ok(halves > 1000 && cast > 10, `${halves} tensors, ${cast} casts`);
});

test("the description of a plan names the type", () => {
  const { steps } = describePlan(half(miniDenseNet(false)));
  assert.ok(steps.some(({ results }) => results.some((text) => /^f16\[1,8,16,16\]:nhwc/.test(text))));
});

test("the core refuses it, saying what to do", async () => {
  const engines = await openEngines();
  const graph = miniDenseNet(false);
  const inputs = Object.fromEntries(feeds(graph, 1).map((data, i) => [graph.inputs[i]!.name, data]));
  for (const { instance } of engines) {
    if (instance.precisions.includes("fp16")) continue;
    await rejects(
      () => runPlan(instance, half(graph), inputs),
      "UNSUPPORTED_OPERATOR",
      /half precision runs on/,
    );
  }
  closeEngines(engines);
});

test.run();
