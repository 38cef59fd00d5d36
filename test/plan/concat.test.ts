/** Concat in place: where copies must vanish, and where they must not. */
import type { Graph, Value } from "../../src/graph/graph.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import type { Plan, PlanTensor } from "../../src/plan/plan.ts";
import { assert, random, suite } from "../shim.ts";
import { execute } from "./execute.ts";
import { miniDenseNet, NetBuilder } from "./nets.ts";

const test = suite("plan: concat in place");

const copies = (plan: Plan): number => plan.steps.filter((step) => step.kind === "copy").length;

const tensorNamed = (plan: Plan, name: string): PlanTensor => {
  const found = plan.tensors.find((tensor) => tensor.name === name);
  assert.ok(found, `no tensor ${name}`);
  return found;
};

/** Both ways give the same numbers bit for bit. Gives the plan with concats in place. */
function compare(graph: Graph): Plan {
  const next = random(3);
  const inputs = graph.inputs.map(({ dims }) =>
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => next() * 2 - 1),
  );
  const plan = buildPlan(graph);
  const expected = execute(buildPlan(graph, { concatInPlace: false, reuseMemory: false }), inputs);
  assert.equal(execute(plan, inputs).outputs, expected.outputs);
  return plan;
}

for (const flat of [false, true]) {
  for (const batch of [1, 2]) {
    const title = `a dense block is one buffer (${flat ? "all features" : "growing"}, batch ${batch})`;
    test(title, () => {
      const graph = miniDenseNet(flat, batch);
      const plan = compare(graph);
      // The only copy turns the picture to nhwc.
      assert.is(copies(plan), 1);
      assert.is(plan.steps[0]?.kind, "copy");
      const slices = plan.tensors.filter((tensor) => tensor.pixelStride === 24 && tensor.dims[1]! < 24);
      const start = Math.min(...slices.map((tensor) => tensor.offset));
      const offsets = [...new Set(slices.map((tensor) => tensor.offset - start))];
      assert.equal(
        offsets.sort((a, b) => a - b),
        [0, 32, 48, 64, 80],
      );
      assert.ok(copies(buildPlan(graph, { concatInPlace: false })) > 8);
    });
  }
}

test("producers write straight to their slices", () => {
  const net = new NetBuilder();
  const x = net.builder.input("x", "f32", [1, 4, 6, 6]);
  const stem = net.conv(x, 4, 1);
  const [relu] = net.builder.add("unary", { inputs: [stem], op: "relu" });
  const [sum] = net.builder.add("binary", { inputs: [stem, relu as Value], op: "add" });
  const scaled = net.norm(stem);
  const all = net.concat([sum as Value, net.conv(stem, 3, 3), scaled, relu as Value]);
  const plan = compare(net.builder.finish("inception", [net.conv(all, 2, 1)]));
  assert.is(copies(plan), 2); // the port's layout at either end
});

test("one value in two concats at different places: one slice and one copy", () => {
  const net = new NetBuilder();
  const x = net.builder.input("x", "f32", [1, 2, 4, 4]);
  const [a, b] = [net.conv(x, 3, 1), net.conv(x, 5, 1)];
  const first = net.conv(net.concat([a, b]), 2, 1);
  const second = net.conv(net.concat([b, a]), 2, 1);
  const plan = compare(net.builder.finish("crossed", [first, second]));
  assert.is(copies(plan), 1 + 2 + 2);
});

test("the same value twice, a constant and a network input", () => {
  const net = new NetBuilder();
  const x = net.builder.input("x", "f32", [1, 2, 3, 3]);
  const a = net.conv(x, 3, 1);
  const plan = compare(
    net.builder.finish("mixed", [net.conv(net.concat([a, a, x, net.constant([1, 2, 3, 3])]), 2, 1)]),
  );
  // x to nhwc for the conv (which the concat takes over as its slice), the second a, the constant, the output.
  assert.is(copies(plan), 4);
});

test("a step that reads dense operands gets a copy of its slice", () => {
  const net = new NetBuilder();
  const x = net.builder.input("x", "f32", [1, 2, 4, 4]);
  const [a, b] = [net.conv(x, 3, 1), net.conv(x, 5, 1)];
  const all = net.concat([a, b]);
  const [soft] = net.builder.add("softmax", { inputs: [a], axis: 1, log: false });
  const plan = compare(net.builder.finish("dense reader", [net.conv(all, 2, 1), soft as Value]));
  assert.is(tensorNamed(plan, a.name).pixelStride, 8);
  assert.is(tensorNamed(plan, `${a.name}:dense`).pixelStride, 3);
});

test("dense writers keep their own buffer", () => {
  const net = new NetBuilder();
  const x = net.builder.input("x", "f32", [1, 2, 4, 4]);
  const a = net.conv(x, 3, 1);
  const [soft] = net.builder.add("softmax", { inputs: [a], axis: 1, log: false });
  const plan = compare(net.builder.finish("dense writer", [net.conv(net.concat([a, soft as Value]), 2, 1)]));
  assert.is(tensorNamed(plan, (soft as Value).name).pixelStride, 3);
});

test("plain concats in front of which all axes are 1 are in place too", () => {
  const net = new NetBuilder();
  const x = net.builder.input("x", "f32", [1, 4, 6, 6]);
  const level = (map: Value): Value => {
    const [n, c, h, w] = map.dims as [number, number, number, number];
    const [last] = net.builder.add("transpose", { inputs: [map], perm: [0, 2, 3, 1] });
    return net.builder.add("reshape", { inputs: [last as Value], dims: [n, (h * w * c) / 2, 2] })[0] as Value;
  };
  const boxes = net.concat([level(net.conv(x, 4, 3)), level(net.conv(x, 4, 3, 2))]);
  const plan = compare(net.builder.finish("heads", [boxes]));
  assert.is(copies(plan), 1);
});

test("a split that is joined again is the value itself", () => {
  const net = new NetBuilder();
  const x = net.conv(net.builder.input("x", "f32", [1, 2, 4, 4]), 6, 1);
  const half = (start: number): Value => {
    const spec = {
      inputs: [x] as [Value],
      starts: [0, start, 0, 0],
      steps: [1, 1, 1, 1],
      dims: [1, 3, 4, 4],
    };
    return net.builder.add("slice", spec)[0] as Value;
  };
  const joined = net.concat([half(0), half(3)]);
  const plan = compare(net.builder.finish("split", [net.conv(joined, 2, 1), net.conv(half(3), 1, 1)]));
  assert.is(copies(plan), 2);
});

test.run();
