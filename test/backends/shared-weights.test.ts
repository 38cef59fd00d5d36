/** Plans prepared with one set of weights: each constant is sent and held once, and they live as long as a plan needs them. */
import type { BackendInstance, Executor } from "../../src/backends/backend.ts";
import { DrivenCore } from "../../src/backends/driven-core.ts";
import type { CoreDriver, EncodedPlan } from "../../src/backends/driver.ts";
import { loadAddon } from "../../src/backends/native/binding.ts";
import { nativeDriver } from "../../src/backends/native/driver.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { assert, random, skip, suite } from "../shim.ts";
import { failureOf, open, TARGETS } from "./support.ts";

const test = suite("backends: shared weights");

const next = random(31);
const reals = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * next() - 1);

const [K, N] = [33, 21];
const matrix = reals(K * N);
const bias = reals(N);
/** 16-byte aligned views into one buffer, as weights of a file are. */
const file = reals(5 * 7 * 9 + 4 + 5);
const kernel = file.subarray(4, 4 + 315);
const offsets = file.subarray(4 + 315);

/** relu(x [rows, K] matrix + bias). */
function product(rows: number): Plan {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [rows, K]);
  const inputs = [x, b.constant("w", matrix, [K, N]), b.constant("b", bias, [N])] as const;
  const spec = { inputs, transA: false, transB: false, alpha: 1 };
  return buildPlan(b.finish("product", b.add("matmul", spec as never, { outputNames: ["y"] })));
}

/** A convolution [5, 7, 3, 3] of x [1, 7, height, height]. */
function convolution(height: number): Plan {
  const b = new GraphBuilder();
  const x = b.input("x", "f32", [1, 7, height, height]);
  const inputs = [x, b.constant("w", kernel, [5, 7, 3, 3]), b.constant("b", offsets, [5])] as const;
  const spec = {
    inputs,
    kernel: [3, 3],
    strides: [1, 1],
    pads: [1, 1, 1, 1],
    dilations: [1, 1],
    group: 1,
  };
  return buildPlan(b.finish("conv", b.add("conv", spec as never, { outputNames: ["y"] })));
}

/** x [K, N] + matrix: the same constant as in `product`, read as it is. */
function sum(): Plan {
  const b = new GraphBuilder();
  const inputs = [b.input("x", "f32", [K, N]), b.constant("w", matrix, [K, N])] as const;
  return buildPlan(b.finish("sum", b.add("binary", { inputs, op: "add" } as never, { outputNames: ["y"] })));
}

/** x [1, N] times the transposed matrix of `product`. */
function turned(): Plan {
  const b = new GraphBuilder();
  const inputs = [b.input("x", "f32", [1, N]), b.constant("w", matrix, [K, N]), null] as const;
  const spec = { inputs, transA: false, transB: true, alpha: 1 };
  return buildPlan(b.finish("turned", b.add("matmul", spec as never, { outputNames: ["y"] })));
}

async function run(backend: BackendInstance, plan: Plan, x: Float32Array): Promise<Float32Array> {
  const executor = await backend.prepare(plan);
  const { outputs } = await executor.run([x]);
  await executor.dispose();
  return outputs[0] as Float32Array;
}

for (const target of TARGETS) {
  test(`${target.label}: plans share what they have in common, and give what they give alone`, async () => {
    const backend = await open(target);
    const weights = await backend.createWeights();
    assert.is(await weights.bytes(), 0);
    // The first needs the largest arena.
    const plans = [product(4000), product(40), sum(), convolution(11), convolution(6), product(3)];
    const executors: Executor[] = [];
    const sizes = [];
    for (const plan of plans) {
      executors.push(await backend.prepare(plan, weights));
      sizes.push(await weights.bytes());
    }
    const [a, b, c, d, e, f] = sizes as [number, number, number, number, number, number];
    assert.ok(a >= 4 * (K * N + N), `${a} bytes`);
    assert.is(b, a);
    assert.is(c, b + 4 * K * N); // a second form of the same constant
    assert.ok(d > c);
    assert.is(e, d);
    assert.is(f, e);
    for (const round of [0, 1]) {
      for (const [i, plan] of plans.entries()) {
        const x = reals(plan.inputs[0]!.dims.reduce((p, q) => p * q, 1));
        const { outputs } = await executors[i]!.run([x]);
        assert.equal(outputs[0], await run(backend, plan, x), `plan ${i}, round ${round}`);
      }
    }
    await backend.dispose();
  });

  test(`${target.label}: weights go before or after their plans, and bytes with the last plan`, async () => {
    const backend = await open(target);
    const weights = await backend.createWeights();
    const x = reals(3 * K);
    const expected = await run(backend, product(3), x);
    const first = await backend.prepare(product(3), weights);
    const second = await backend.prepare(product(5), weights);
    const alone = await backend.prepare(product(3));
    assert.ok(first.bytes < alone.bytes, `${first.bytes} and ${alone.bytes} bytes`);
    await second.dispose();
    await second.dispose();
    assert.ok((await weights.bytes()) > 0);
    await first.dispose();
    assert.is(await weights.bytes(), 0);
    // What was sent is gone: it has to be sent again.
    const third = await backend.prepare(product(3), weights);
    assert.equal((await third.run([x])).outputs[0], expected);
    await weights.dispose();
    await weights.dispose();
    assert.is(await weights.bytes(), 0);
    assert.equal((await third.run([x])).outputs[0], expected);
    await backend.dispose();
    assert.is((await failureOf(backend.createWeights())).code, "DISPOSED");
  });
}

test("constants are sent once for each use; where the core still lacks one in some form, all of the plan's", async () => {
  const refusal = await failureOf(() => void loadAddon()).catch(() => null);
  if (refusal !== null) skip(refusal.message);
  const sent: number[] = [];
  const inner = nativeDriver(loadAddon(), 1, "");
  const driver: CoreDriver = {
    ...inner,
    createSession: (plan: EncodedPlan, weights) => {
      sent.push(plan.constantBytes);
      return inner.createSession(plan, weights);
    },
  };
  const core = new DrivenCore(driver);
  const weights = await core.createWeights();
  const whole = product(1).constantBytes;
  const first = await core.createSession(product(1), weights);
  const second = await core.createSession(product(2), weights);
  assert.equal(sent, [whole, 0]);
  const third = await core.createSession(sum(), weights);
  assert.equal(sent.slice(2), [4 * K * N]);
  await core.createSession(sum(), weights);
  assert.equal(sent.slice(3), [0]);
  // Transposed it is packed in another form, which its use does not tell.
  const fourth = await core.createSession(turned(), weights);
  assert.equal(sent.slice(4), [0, 4 * K * N]);
  for (const session of [first, second, third, fourth]) await session.dispose();
  await core.createSession(product(2), weights);
  // The matrix is still there as it is, but not packed; the bias is gone.
  assert.equal(sent.slice(6), [whole]);
  await core.dispose();
});

for (const target of TARGETS) {
  test(`${target.label}: plans of different sizes share one arena where they queue, and keep their answers`, async () => {
    const backend = await open(target);
    const other = await open(target);
    const weights = await backend.createWeights();
    const rows = [3, 400, 1, 2000];
    const inputs = rows.map((n) => reals(n * K));
    const expected: Float32Array[] = [];
    for (const [i, n] of rows.entries()) expected.push(await run(other, product(n), inputs[i]!));
    const executors: Executor[] = [];
    for (const [i, n] of rows.entries()) {
      executors.push(await backend.prepare(product(n), weights));
      // Older plans, whose arena has moved, and then the new one.
      for (let j = 0; j <= i; j++)
        assert.equal((await executors[j]!.run([inputs[j]!])).outputs[0], expected[j]);
    }
    const largest = await other.prepare(product(rows[3]!));
    const bytes = await weights.bytes();
    const held = executors.reduce((sum, executor) => sum + executor.bytes, bytes);
    const shared = !backend.sideBySide; // otherwise each has its own
    if (shared)
      assert.ok(held < largest.bytes + 2 ** 16, `${held} for all, ${largest.bytes} for the largest`);
    await executors[3]!.dispose();
    // Waiting runs of different sizes follow one another.
    const both = [0, 1, 2, 1, 0].map((i) => executors[i]!.run([inputs[i]!]));
    const results = await Promise.all(both);
    assert.equal(
      results.map(({ outputs }) => outputs[0]),
      [0, 1, 2, 1, 0].map((i) => expected[i]),
    );
    const rest = await weights.bytes();
    if (shared) assert.ok(rest < bytes - 0.5 * product(rows[3]!).arenaBytes, `${rest} bytes after ${bytes}`);
    await Promise.all([backend.dispose(), other.dispose()]);
  });
}

test("plans that are built at the same time share, too; weights of others are refused", async () => {
  const backend = await open(TARGETS[0]!);
  const other = await open(TARGETS[0]!);
  const weights = await backend.createWeights();
  const executors = await Promise.all([1, 2, 3, 4].map((n) => backend.prepare(product(n), weights)));
  const x = reals(4 * K);
  const expected = await run(other, product(4), x);
  assert.equal((await executors[3]!.run([x])).outputs[0], expected);
  const bytes = await weights.bytes();
  assert.ok(bytes < 2 * product(1).constantBytes + 2 ** 17, `${bytes} bytes`);
  assert.is((await failureOf(other.prepare(product(1), weights))).code, "INVALID_ARGUMENT");
  await weights.dispose();
  assert.is((await failureOf(backend.prepare(product(1), weights))).code, "INVALID_ARGUMENT");
  await Promise.all([backend.dispose(), other.dispose()]);
});

test.run();
