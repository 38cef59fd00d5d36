/** The raw addon, called wrongly: an error each time, never a crash. */
import type { Addon } from "../../src/backends/native/addon.ts";
import { loadAddon } from "../../src/backends/native/binding.ts";
import { encodePlan } from "../../src/plan/encode.ts";
import { assert, skip, suite } from "../shim.ts";
import { failureOf, sinePlan } from "./support.ts";

const test = suite("backends: addon");

async function addon(): Promise<Addon> {
  const refusal = await failureOf(() => void loadAddon()).catch(() => null);
  if (refusal !== null) skip(refusal.message);
  return loadAddon();
}

test("handles of another kind are refused", async () => {
  const core = await addon();
  const engine = core.engineCreate(1, "");
  for (const wrong of [undefined, null, 1, {}, [], engine, Object.create(engine)]) {
    assert.is((await failureOf(() => core.sessionBytes(wrong as never))).code, "INVALID_ARGUMENT");
    assert.is(
      (await failureOf(() => core.sessionRun(wrong as never, [], [], new Int32Array(0), null, null))).code,
      "INVALID_ARGUMENT",
    );
    if (wrong !== engine)
      assert.is((await failureOf(() => core.engineIsa(wrong as never))).code, "INVALID_ARGUMENT");
  }
  core.engineDestroy(engine);
  core.engineDestroy(engine);
  assert.is((await failureOf(() => core.engineIsa(engine))).code, "INVALID_ARGUMENT");
});

test("engine arguments", async () => {
  const core = await addon();
  for (const threads of [0, -1, 1.5, Number.NaN, 1e9, "2", undefined])
    assert.is((await failureOf(() => core.engineCreate(threads as number, ""))).code, "INVALID_ARGUMENT");
  assert.is((await failureOf(() => core.engineCreate(1, 5 as never))).code, "INVALID_ARGUMENT");
  const unknown = await failureOf(() => core.engineCreate(1, "mmx"));
  assert.is(unknown.code, "BACKEND_UNAVAILABLE");
  assert.match(unknown.message, "mmx");
});

test("plans, parts, inputs and outputs of wrong sizes", async () => {
  const core = await addon();
  const engine = core.engineCreate(1, "");
  const plan = encodePlan(sinePlan(16, 1));
  const part = (offset: number, bytes: number) => ({ offset, bytes: new Uint8Array(bytes) });
  const create = async (constantBytes: number, parts: unknown) =>
    (await failureOf(() => core.sessionCreate(engine, null, plan, constantBytes, parts as never))).code;
  assert.is(await create(64, [part(60, 8)]), "INVALID_ARGUMENT");
  assert.is(await create(64, [part(32, 8), part(0, 8)]), "INVALID_ARGUMENT");
  assert.is(await create(64, [{}]), "INVALID_ARGUMENT");
  assert.is(await create(64, [null]), "INVALID_ARGUMENT");
  assert.is(await create(-1, []), "INVALID_ARGUMENT");
  // Nothing is allocated for constants that do not come.
  assert.is(await create(2 ** 45, []), "INVALID_PLAN");
  const inFile = (descriptor: number, length = 8) => ({ offset: 0, length, descriptor, position: 0 });
  assert.is(await create(64, [inFile(-1)]), "INVALID_ARGUMENT");
  assert.is(await create(64, [inFile(2 ** 30)]), "INVALID_ARGUMENT");
  assert.is(await create(64, [inFile(0, 65)]), "INVALID_ARGUMENT");
  assert.is(await create(64, [{ ...inFile(0), position: 0.5 }]), "INVALID_ARGUMENT");
  assert.is(
    (await failureOf(() => core.sessionCreate(engine, null, new Uint8Array(3), 0, []))).code,
    "INVALID_PLAN",
  );

  const session = (await core.sessionCreate(engine, null, plan, 0, []))!;
  assert.is(core.sessionInputCount(session), 1);
  assert.is(core.sessionOutputCount(session), 1);
  assert.is(core.sessionInput(session, 0), 64);
  assert.is(core.sessionOutput(session, 0), 64);
  assert.is((await failureOf(() => core.sessionInput(session, 1))).code, "INVALID_ARGUMENT");
  const run = async (inputs: unknown, outputs: unknown, counts: unknown = new Int32Array(1)) =>
    (
      await failureOf(() =>
        core.sessionRun(session, inputs as never, outputs as never, counts as never, null, null),
      )
    ).code;
  const x = new Float32Array(16);
  assert.is(await run([], [x]), "INVALID_ARGUMENT");
  assert.is(await run([new Float32Array(15)], [x]), "INVALID_ARGUMENT");
  assert.is(await run([x], []), "INVALID_ARGUMENT");
  assert.is(await run([x], [null]), "INVALID_ARGUMENT");
  assert.is(await run([x], [x], new Int32Array(0)), "INVALID_ARGUMENT");
  assert.is(await run(x, x), "INVALID_ARGUMENT");

  const y = new Float32Array(16);
  const running = core.sessionRun(session, [x.fill(1)], [y], new Int32Array(1), null, null);
  assert.is(
    (await failureOf(() => core.sessionRun(session, [x], [y], new Int32Array(1), null, null))).code,
    "INVALID_ARGUMENT",
  );
  core.sessionDestroy(session);
  core.engineDestroy(engine);
  await running;
  assert.ok(Math.abs(y[15] - Math.sin(1)) < 1e-6);
  core.sessionDestroy(session);
});

test("image arguments that contradict each other", async () => {
  const core = await addon();
  const bytes = new Uint8Array(16);
  const engine = core.engineCreate(1, "");
  const resize = (...[h, w, th, tw]: readonly number[]) =>
    failureOf(() => core.imageResize(engine, bytes, h!, w!, bytes, th!, tw!));
  assert.is((await resize(5, 4, 1, 1)).code, "INVALID_ARGUMENT");
  assert.is((await resize(4, 4, 5, 4)).code, "INVALID_ARGUMENT");
  assert.is((await resize(-4, -4, 1, 1)).code, "INVALID_ARGUMENT");
  const three = new Float32Array(3).fill(1);
  const inputs = (list: unknown, voi: unknown = null, sampleType = 0) =>
    failureOf(() => core.imageInputs(engine, bytes, sampleType, 4, 4, 8, 0, 0, voi as never, list as never));
  const tensor = new Float32Array(47);
  const right = [2, 2, 4, 4, three, three, new Float32Array(48)];
  for (const wrong of [
    null,
    [],
    [[]],
    [[2, 2, 4, 4, three, three, tensor]],
    [[2, 2, 1, 4, three, three, tensor]],
    [[2, 2, 2, 2, three, tensor.subarray(0, 2), tensor]],
    [[2, 2, 2, 2, three, new Float32Array(3), tensor]],
    Array(65).fill(right),
  ])
    assert.is((await inputs(wrong)).code, "INVALID_ARGUMENT");
  assert.is((await inputs([right], [9])).code, "INVALID_ARGUMENT");
  assert.is((await inputs([right], null, 1)).code, "INVALID_ARGUMENT");
  core.engineDestroy(engine);
  assert.is((await inputs([right])).code, "INVALID_ARGUMENT");
});

test.run();
