/** Loss, disposal, cancelling, indices out of range, profiles, sharing: what happens around runs. */

import type { CoreRunResult, CoreWeights } from "../../../src/backends/core.ts";
import { webgpuBackend } from "../../../src/backends/webgpu/node.ts";
import { buildPlan } from "../../../src/plan/lower.ts";
import { random } from "../../shim.ts";
import { Sketch } from "../../support/build.ts";
import { finish } from "../child.ts";
import { reason } from "./support.ts";

const next = random(7);
const floats = (length: number): Float32Array => Float32Array.from({ length }, () => next() - 0.5);

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (error) => String((error as { code?: string }).code ?? error),
  );

/** Devices that Dawn hands out, to lose them. */
const devices: GPUDevice[] = [];
async function watchDevices(): Promise<void> {
  const { globals } = (await import("webgpu")) as unknown as {
    globals: { GPUAdapter: typeof GPUAdapter; GPUDevice: typeof GPUDevice; GPUQueue: typeof GPUQueue };
  };
  const { createBuffer } = globals.GPUDevice.prototype;
  globals.GPUDevice.prototype.createBuffer = function (descriptor) {
    buffers++;
    return createBuffer.call(this, descriptor);
  };
  const { prototype } = globals.GPUAdapter;
  const request = prototype.requestDevice;
  prototype.requestDevice = async function (...args) {
    const device = await request.apply(this, args);
    device.addEventListener("uncapturederror", () => errors++);
    devices.push(device);
    return device;
  };
  const { submit } = globals.GPUQueue.prototype;
  globals.GPUQueue.prototype.submit = function (buffers) {
    submit.call(this, buffers);
    afterSubmit?.();
    afterSubmit = null;
  };
}
let buffers = 0;
let errors = 0;
let afterSubmit: (() => void) | null = null;

const weight = floats(8 * 4 * 3 * 3);
function convPlan(size: number) {
  const sketch = new Sketch();
  const x = sketch.builder.input("x", "f32", [1, 4, size, size]);
  const w = sketch.builder.constant("w", weight, [8, 4, 3, 3]);
  const [y] = sketch.builder.add("conv", {
    inputs: [x, w, null],
    kernel: [3, 3],
    strides: [1, 1],
    pads: [1, 1, 1, 1],
    dilations: [1, 1],
    group: 1,
  });
  return buildPlan(sketch.finish(y!), { chooseConv: () => "auto" });
}

const equal = (a: CoreRunResult, b: CoreRunResult): boolean =>
  a.outputs.every((output, i) => output.every((value, j) => Object.is(value, b.outputs[i]![j])));

await finish(reason, async () => {
  await watchDevices();
  const facts: Record<string, unknown> = {};
  const instance = await webgpuBackend.open({ threads: 1 });
  const plan = convPlan(9);
  const weights: CoreWeights = await instance.createWeights();
  const executor = await instance.prepare(plan, weights);
  const once = await weights.bytes();
  const other = await instance.prepare(convPlan(12), weights);
  facts.sharedOnce = (await weights.bytes()) === once && once > 0;
  const x = floats(4 * 81);
  const first = await executor.run([x]);
  facts.repeats = equal(first, await executor.run([x]));
  const before = buffers;
  for (let run = 0; run < 100; run++) await executor.run([x]);
  facts.buffersOf100Runs = buffers - before;
  const several = await Promise.all([executor.run([x]), other.run([floats(4 * 144)]), executor.run([x])]);
  facts.together = equal(several[0]!, first) && equal(several[2]!, first);
  const profiled = await executor.run([x], { profile: true });
  facts.profile = profiled.stepMs?.length === plan.steps.length && profiled.stepMs.every((ms) => ms >= 0);
  facts.aborted = await codeOf(executor.run([x], { signal: AbortSignal.abort() }));
  const stop = new AbortController();
  const stopped = codeOf(executor.run([x], { signal: stop.signal }));
  stop.abort();
  facts.stopped = await stopped;
  facts.afterStop = equal(await executor.run([x]), first);

  facts.lost = [];
  for (let time = 0; time < 2; time++) {
    const running = codeOf(executor.run([x]));
    devices.at(-1)!.destroy();
    const code = await running;
    (facts.lost as unknown[]).push(
      code === "DEVICE_LOST" || code === "none",
      equal(await executor.run([x]), first),
    );
  }
  afterSubmit = () => devices.at(-1)!.destroy();
  facts.lostMidway = await codeOf(other.run([floats(4 * 144)]));
  facts.afterLoss = equal(await executor.run([x]), first);
  facts.errors = errors;
  facts.devices = devices.length;

  await other.dispose();
  await executor.dispose();
  facts.freed = await weights.bytes();
  facts.disposed = await codeOf(executor.run([x]));

  const sketch = new Sketch();
  const table = sketch.builder.input("table", "f32", [5, 3]);
  const indices = sketch.builder.input("indices", "i32", [4]);
  const gather = await instance.prepare(
    buildPlan(sketch.finish(...sketch.builder.add("gather", { inputs: [table, indices], axis: 0 }))),
  );
  const rows = floats(15);
  facts.index = await codeOf(gather.run([rows, Int32Array.of(0, 4, 5, 1)]));
  const good = await gather.run([rows, Int32Array.of(0, -1, 4, 1)]);
  facts.gathered = good.outputs[0]!.length === 12 && good.outputs[0]![3] === rows[12];
  await instance.dispose();
  facts.closed = await codeOf(gather.run([rows, Int32Array.of(0, 0, 0, 0)]));
  return facts;
});
