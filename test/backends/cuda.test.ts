/** The backend "cuda" over a stand-in for its library: finding it, its reasons, options, and what TypeScript does around it. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listBackends } from "../../src/api/list-backends.ts";
import { loadNetwork } from "../../src/api/load-network.ts";
import type { BackendInstance } from "../../src/backends/backend.ts";
import { cudaBackend } from "../../src/backends/cuda/backend.ts";
import { DeviceTensor } from "../../src/backends/device-tensor.ts";
import { loadAddon } from "../../src/backends/native/binding.ts";
import { type BackendSelection, openBackend } from "../../src/backends/select.ts";
import { openDetection } from "../../src/detection/index.ts";
import { execute, hasCommand, root, temporaryFolder } from "../cpp/build.ts";
import { assert, skip, suite } from "../shim.ts";
import { withLibrary } from "../support/cuda-emulation.ts";
import { failureOf, sinePlan } from "./support.ts";

const test = suite("backends: cuda");
const folder = temporaryFolder();
test.after(() => rmSync(folder, { recursive: true, force: true }));

const compiler = process.env.CXX ?? "c++";
const libraries = new Map<string, Promise<string>>();

/** A copy of the stand-in, which knows nothing of what happened to others. Skips where it cannot be built or loaded. */
async function standIn(name = "fake"): Promise<string> {
  if (process.platform !== "linux") skip("the CUDA library is Linux's");
  if (!hasCommand(compiler)) skip(`${compiler} is not installed`);
  const missing = await failureOf(() => void loadAddon()).catch(() => null);
  if (missing !== null) skip(missing.message);
  const path = join(folder, `${name}.so`);
  const flags = ["-std=c++20", "-O1", "-Wall", "-Wextra", "-Werror", `-I${join(root, "native")}`];
  const source = join(root, "test/backends/cuda_fake.cpp");
  const build = async (): Promise<string> => {
    await execute(compiler, [...flags, "-fPIC", "-shared", source, "-o", path]);
    return path;
  };
  if (!libraries.has(name)) libraries.set(name, build());
  return libraries.get(name) as Promise<string>;
}

async function withFake<T>(what: string, work: () => Promise<T>): Promise<T> {
  process.env.FAKE_CUDA = what;
  try {
    return await work();
  } finally {
    delete process.env.FAKE_CUDA;
  }
}

/** Opens a backend over the stand-in, for one test. */
async function withCuda(
  work: (instance: BackendInstance) => Promise<void>,
  selection: Partial<BackendSelection> = {},
  name?: string,
): Promise<void> {
  const library = await standIn(name);
  const { instance } = await withLibrary(library, () =>
    openBackend({ backend: "cuda", threads: 1, ...selection }),
  );
  try {
    await work(instance);
  } finally {
    await instance.dispose();
  }
}

const auto = (selection: Partial<BackendSelection> = {}) =>
  openBackend({ backend: "auto", threads: 1, ...selection });

test("a library that is not there: named by the environment, or nowhere", async () => {
  await withLibrary("/nowhere/libspinexr_cuda.so", async () => {
    const { available, reason, isa } = await cudaBackend.probe();
    assert.not(available);
    assert.is(isa, "");
    assert.is(
      reason,
      "SPINEXR_CUDA names /nowhere/libspinexr_cuda.so, which is no file; correct or unset it.",
    );
    const named = await failureOf(openBackend({ backend: "cuda", threads: 1 }));
    assert.equal(named, { code: "BACKEND_UNAVAILABLE", message: reason });
    const { instance, rejected } = await auto();
    assert.equal(rejected[0], { name: "cuda", reason });
    assert.ok(["cpu", "wasm"].includes(instance.name));
    assert.equal([instance.arithmetic, instance.sideBySide, instance.precisions], ["fp32", false, ["fp32"]]);
    await instance.dispose();
    const listed = (await listBackends()).find(({ name }) => name === "cuda");
    assert.equal([listed?.available, listed?.reason], [false, reason]);
  });
});

test("a file that is no library, a library of another version, one that refuses", async () => {
  const library = await standIn();
  const text = join(folder, "text.so");
  writeFileSync(
    text,
    "this is not a library, but a text that is long enough to be looked at as one. ".repeat(9),
  );
  const reasonOf = (path: string) => withLibrary(path, async () => (await cudaBackend.probe()).reason);
  assert.match(await reasonOf(text), /^The backend "cuda" does not run here: .*text\.so: .*\.$/);
  assert.match(await reasonOf(folder), /which is no file/);
  const other = await withFake("other", async () => reasonOf(await standIn("other")));
  assert.match(
    other,
    /other\.so is not the CUDA library of this version of spinexr; build or install the one/,
  );
  const refusing =
    'The backend "cuda" does not run here: the NVIDIA driver finds no device (CUDA_ERROR_NO_DEVICE).';
  assert.is(await withFake("none", () => reasonOf(library)), refusing);
});

test("devices, kernels and what auto takes", async () => {
  const library = await standIn();
  await withLibrary(library, async () => {
    assert.equal(await cudaBackend.probe(), {
      available: true,
      reason: "",
      device: "NVIDIA H100 80GB HBM3, CUDA 13.0, cuDNN 9.10.2",
      isa: "sm_90",
    });
    assert.match((await cudaBackend.probe({ device: 1 })).reason, /expected a device from 0 to 0, found 1/);
    assert.match(
      (await cudaBackend.probe({ isa: "avx2" })).reason,
      /no kernel set "avx2" here; it has: sm_90/,
    );
    const { instance, rejected } = await auto();
    assert.equal([instance.name, instance.isa, rejected], ["cuda", "sm_90", []]);
    await instance.dispose();
    // Box operations stay on the core.
    const detection = await openDetection();
    assert.is.not(detection.backend, "cuda");
    await detection.dispose();
    await failureOf(openDetection({ backend: "cuda" as never }));
  });
});

test("options reach the library, and say what is computed", async () => {
  await withCuda(
    async ({ isa, arithmetic, plans, precisions, threads }) => {
      assert.equal([isa, arithmetic, threads], ["sm_90 tf32 deterministic", "fp32 with TF32", 2]);
      assert.equal([plans.precision, plans.splitBatch, precisions], ["fp32", false, ["fp32", "fp16"]]);
    },
    { allowTf32: true, deterministic: true, threads: 2 },
  );
  await withCuda(
    async ({ isa, arithmetic, plans }) => {
      assert.equal([isa, arithmetic, plans.precision], ["sm_90", "fp16", "fp16"]);
    },
    { precision: "fp16" },
  );
});

test("what a backend cannot do is refused by name, and passed over by auto", async () => {
  const refusal = async (selection: Partial<BackendSelection>) => {
    const { code, message } = await failureOf(openBackend({ backend: "cpu", threads: 1, ...selection }));
    assert.is(code, "INVALID_ARGUMENT");
    return message;
  };
  assert.match(await refusal({ precision: "fp16" }), /"cpu" computes in fp32, not in fp16; .*"cuda"/);
  assert.match(await refusal({ backend: "wasm", precision: "fp16" }), /"wasm" computes in fp32/);
  assert.match(await refusal({ device: 0 }), /"device" goes with the backend "cuda", found "cpu"/);
  assert.match(await refusal({ allowTf32: true }), /"allowTf32" goes with/);
  assert.match(
    await refusal({ backend: "cuda", tuned: true }),
    /"cuda" finds the fastest algorithms by itself/,
  );
  await withLibrary("/nowhere", async () => {
    const none = await failureOf(auto({ precision: "fp16" }));
    assert.is(none.code, "BACKEND_UNAVAILABLE");
    assert.match(none.message, /cuda: SPINEXR_CUDA names .* cpu: .*not in fp16/);
  });
  await withLibrary(await standIn(), async () => {
    const { instance, rejected } = await auto({ tuned: true });
    assert.is.not(instance.name, "cuda");
    assert.match(rejected[0]?.reason, /leave out "tune" and "algorithms"/);
    await instance.dispose();
  });
});

test("the same at loadNetwork, before any file is read", async () => {
  const codeOf = async (options: object) => failureOf(loadNetwork("/nowhere.onnx", options));
  for (const options of [
    { precision: "fp8" },
    { device: -1 },
    { device: 0.5 },
    { allowTf32: 1 },
    { backend: "ort", precision: "fp16" },
    { backend: "ort", device: 0 },
    { backend: "ort", allowTf32: true },
  ])
    assert.is((await codeOf(options)).code, "INVALID_ARGUMENT", JSON.stringify(options));
});

const numbers = (first: number): Float32Array => new Float32Array(12).fill(first);

test("runs of different plans go side by side, those of one queue", async () => {
  await withCuda(async (backend) => {
    assert.ok(backend.sideBySide);
    const [a, b] = [await backend.prepare(sinePlan(12, 1)), await backend.prepare(sinePlan(12, 1))];
    const alone = await Promise.all([a.run([numbers(1)]), a.run([numbers(2)])]);
    assert.equal(
      alone.map(({ outputs }) => [outputs[0]![0], outputs[0]![11]]),
      [
        [2, 1],
        [4, 1],
      ],
    );
    const both = await Promise.all([a.run([numbers(3)]), b.run([numbers(4)])]);
    assert.equal(
      both.map(({ outputs }) => [outputs[0]![0], outputs[0]![11]]),
      [
        [6, 2],
        [8, 2],
      ],
    );
    const last = b.run([numbers(5)]);
    await backend.dispose(); // waits for the run
    assert.is((await last).outputs[0]![0], 10);
    assert.is((await failureOf(a.run([numbers(1)]))).code, "DISPOSED");
  });
});

test("a signal ends one run at once and leaves the other alone", async () => {
  await withCuda(async (backend) => {
    const [a, b] = [await backend.prepare(sinePlan(12, 1)), await backend.prepare(sinePlan(12, 1))];
    const stop = new AbortController();
    const [cancelled, other] = [a.run([numbers(1)], { signal: stop.signal }), b.run([numbers(2)])];
    setTimeout(() => stop.abort(), 20);
    const start = performance.now();
    assert.is((await failureOf(cancelled)).code, "ABORTED");
    assert.ok(performance.now() - start < 120);
    assert.is((await other).outputs[0]![0], 4);
    assert.is((await a.run([numbers(3)])).outputs[0]![0], 6);
  });
});

const PICTURE = { pixels: Uint8Array.of(7, 0, 0, 0), height: 2, width: 2 };
const INPUT = { height: 2, width: 2, paddedHeight: 2, paddedWidth: 2, mean: [0, 0, 0], std: [1, 1, 1] };

/** How many tensors there are on the device. */
const alive = async (): Promise<number> => {
  const { devices } = await loadAddon().cudaDevices(await standIn());
  return devices[0]!.bytes;
};

test("pictures stay on the device; whoever did not make a tensor refuses it", async () => {
  await withCuda(async (backend) => {
    const executor = await backend.prepare(sinePlan(12, 1));
    const made = await backend.image.inputs(PICTURE, [INPUT, INPUT]);
    const [tensor] = made.tensors as [DeviceTensor];
    assert.instance(tensor, DeviceTensor);
    assert.equal([tensor.length, tensor.dtype, made.conversion], [12, "f32", "none"]);
    assert.is(await alive(), 2);
    const runs = [executor.run([tensor]), executor.run([tensor])];
    for (const run of runs) assert.is((await run).outputs[0]![0], 14);
    const refusal = async (instance: BackendInstance, length = 12) => {
      const other = await instance.prepare(sinePlan(length, 1));
      const failure = await failureOf(other.run([tensor]));
      await other.dispose();
      return failure;
    };
    const second = await withLibrary(await standIn(), () => openBackend({ backend: "cuda", threads: 1 }));
    const core = await openBackend({ backend: "cpu", threads: 1 });
    for (const { instance } of [second, core]) {
      const { code, message } = await refusal(instance);
      assert.is(code, "INVALID_ARGUMENT");
      assert.match(message, /Input "x" is f32 and expects .*, found a tensor of another backend's device/);
      await instance.dispose();
    }
    assert.is((await refusal(backend, 13)).code, "SHAPE_MISMATCH");
    made.release();
    made.release();
    made.abandon();
    assert.is(await alive(), 0);
    assert.match((await refusal(backend)).message, /found a tensor that was released/);
  });
});

test("a picture that fails or is given up leaves nothing on the device", async () => {
  await withCuda(async (backend) => {
    const white = { ...PICTURE, pixels: Uint8Array.of(255, 0, 0, 0) };
    assert.is((await failureOf(backend.image.inputs(white, [INPUT, INPUT]))).code, "OUT_OF_MEMORY");
    assert.is(await alive(), 0);
    const executor = await backend.prepare(sinePlan(12, 1));
    const made = await backend.image.inputs(PICTURE, [INPUT]);
    const stop = new AbortController();
    const runs = [0, 1].map(() => executor.run(made.tensors, { signal: stop.signal }));
    stop.abort();
    made.abandon();
    for (const run of runs) assert.is((await failureOf(run)).code, "ABORTED");
    assert.is(await alive(), 0);
    assert.is((await executor.run([numbers(1)])).outputs[0]![0], 2);
  });
});

test("display, resize and boxes are the core's", async () => {
  await withCuda(async (backend) => {
    const { instance: core } = await openBackend({ backend: "cpu", threads: 1 });
    const image = {
      pixels: Uint8Array.from({ length: 300 }, (_, i) => (7 * i) % 256),
      height: 15,
      width: 20,
    };
    assert.equal(await backend.image.resize(image, 7, 31), await core.image.resize(image, 7, 31));
    const boxes = Float32Array.of(0, 0, 10, 10, 5, 5, 10, 10);
    assert.equal(await backend.detection.iou(boxes, boxes), await core.detection.iou(boxes, boxes));
    await core.dispose();
  });
});

test("a lost device: the same code from then on, auto goes on, others are not concerned", async () => {
  await withCuda(
    async (backend) => {
      const executor = await backend.prepare(sinePlan(12, 1));
      assert.is((await failureOf(executor.run([numbers(-1)]))).code, "DEVICE_LOST");
      assert.is((await failureOf(executor.run([numbers(1)]))).code, "DEVICE_LOST");
      assert.is((await failureOf(backend.prepare(sinePlan(12, 1)))).code, "DEVICE_LOST");
      assert.is((await failureOf(backend.image.inputs(PICTURE, [INPUT]))).code, "DEVICE_LOST");
      await withLibrary(await standIn("lost"), async () => {
        const { instance, rejected } = await auto();
        assert.equal(rejected[0], { name: "cuda", reason: "the GPU stopped in an earlier run" });
        const other = await instance.prepare(sinePlan(12, 1));
        const { outputs } = await other.run([numbers(1)]);
        assert.ok(Math.abs(outputs[0]![0]! - Math.sin(1)) < 1e-6);
        await instance.dispose();
      });
    },
    {},
    "lost",
  );
});

test.run();
