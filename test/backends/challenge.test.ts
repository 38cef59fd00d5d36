/** What "auto" does with a GPU that claims to be faster. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpineXRError } from "../../src/api/errors.ts";
import type { Backend, BackendInstance, OpenedBackend, Probe } from "../../src/backends/backend.ts";
import { challenge } from "../../src/backends/challenge.ts";
import { wasmBackend } from "../../src/backends/wasm/backend.ts";
import { assert, suite } from "../shim.ts";

const test = suite("backends: challenge");
const OPTIONS = { threads: 1 } as const;

const folder = mkdtempSync(join(tmpdir(), "spinexr-challenge-"));
const before = process.env.SPINEXR_CACHE;
process.env.SPINEXR_CACHE = folder;
test.after(() => {
  rmSync(folder, { recursive: true, force: true });
  if (before === undefined) delete process.env.SPINEXR_CACHE;
  else process.env.SPINEXR_CACHE = before;
});

interface Watched {
  readonly instance: BackendInstance;
  disposed: number;
}

/** The backend wasm, whose runs take so many milliseconds longer. */
async function slowed(ms: number): Promise<Watched> {
  const inner = await wasmBackend.open({ ...OPTIONS, wasmBuild: "simd" });
  const watched: Watched = {
    disposed: 0,
    instance: {
      ...inner,
      async prepare(plan, weights) {
        const executor = await inner.prepare(plan, weights);
        return {
          ...executor,
          async run(inputs, options) {
            await new Promise((done) => setTimeout(done, ms));
            return executor.run(inputs, options);
          },
        };
      },
      async dispose() {
        watched.disposed++;
        await inner.dispose();
      },
    },
  };
  return watched;
}

const holderOf = ({ instance }: Watched): OpenedBackend => ({
  instance,
  rejected: [{ name: "cuda", reason: "No." }],
});

/** A backend of another device for each test: times are remembered by it. */
function gpu(device: string, opened: () => Promise<Watched>, probe: Partial<Probe> = {}): Backend {
  return {
    name: "webgpu",
    precisions: ["fp32"],
    tunable: false,
    probe: async () => ({ available: true, reason: "", device, isa: "wgsl", ...probe }),
    open: async () => (await opened()).instance,
  };
}

const never = (): Promise<Watched> => {
  throw new Error("it was opened");
};

test("the faster one stays and the other is closed; the times are asked for once", async () => {
  for (const [device, delay] of [
    ["a slow GPU", 60],
    ["a fast GPU", 0],
  ] as const) {
    const holder = await slowed(30);
    const other = await slowed(delay);
    const found = await challenge(
      holderOf(holder),
      gpu(device, async () => other),
      null,
      OPTIONS,
    );
    const [winner, loser] = delay > 30 ? [holder, other] : [other, holder];
    assert.is(found.instance, winner.instance);
    assert.equal([winner.disposed, loser.disposed], [0, 1]);
    assert.is(found.rejected[0]!.name, "cuda");
    assert.is(found.rejected[1]!.name, delay > 30 ? "webgpu" : "wasm");
    assert.match(found.rejected[1]!.reason, /took [\d.]+ ms/);
    // Known by now: what would win today does not matter.
    const again = await challenge(
      holderOf(holder),
      gpu(device, delay > 30 ? never : async () => other),
      null,
      OPTIONS,
    );
    assert.is(again.instance, winner.instance);
    await winner.instance.dispose();
  }
  assert.is(readdirSync(folder).length, 2);
});

test("a later process believes what was kept, and measures anew where that is damaged", async () => {
  const later = async (count: number): Promise<typeof challenge> =>
    (await import(`../../src/backends/challenge.ts?${count}`)).challenge;
  const holder = await slowed(30);
  const fast = await slowed(0);
  const device = "a kept GPU";
  const files = new Set(readdirSync(folder));
  await challenge(
    holderOf(holder),
    gpu(device, async () => fast),
    null,
    OPTIONS,
  );
  const [kept] = readdirSync(folder).filter((file) => !files.has(file));
  assert.is(holder.disposed, 1);
  const slow = await slowed(60); // would lose now
  const believing = await (await later(1))(
    holderOf(holder),
    gpu(device, async () => slow),
    null,
    OPTIONS,
  );
  assert.is(believing.instance, slow.instance);
  const fresh = await slowed(30);
  for (const [round, text] of ["{", "{}", "[]", "null"].entries()) {
    writeFileSync(join(folder, kept!), text);
    const loser = await slowed(60);
    const measured = await (await later(10 + round))(
      holderOf(fresh),
      gpu(device, async () => loser),
      null,
      OPTIONS,
    );
    assert.is(measured.instance, fresh.instance, text);
    assert.is(loser.disposed, 1);
  }
  await Promise.all([fast, slow, fresh].map(({ instance }) => instance.dispose()));
});

test("without a GPU, with a processor in its place, or where it fails, the first one stays, and it is said why", async () => {
  const holder = await slowed(0);
  const reasons = [
    [gpu("x1", never, { available: false, reason: "There is none." }), null, "There is none."],
    [gpu("SwiftShader", never, { software: true }), null, "SwiftShader: a processor stands in for a GPU."],
    [gpu("x2", never), "It has no halves.", "It has no halves."],
    [
      gpu("x3", async () => {
        throw new SpineXRError("DEVICE_LOST", "It is gone.");
      }),
      null,
      "It is gone.",
    ],
  ] as const;
  for (const [backend, lack, reason] of reasons) {
    const found = await challenge(holderOf(holder), backend, lack, OPTIONS);
    assert.is(found.instance, holder.instance);
    assert.equal(found.rejected.slice(1), [{ name: "webgpu", reason }]);
  }
  assert.is(holder.disposed, 0);
  await holder.instance.dispose();
});

test.run();
