/** Whole packages on the emulated GPU: the answers of the processor, in float32 and, nearly, in half precision. */
import { readFileSync } from "node:fs";
import { SpineXRError } from "../../src/api/errors.ts";
import { listBackends } from "../../src/api/list-backends.ts";
import { type LoadModelOptions, loadModel } from "../../src/api/load-model.ts";
import type { Model } from "../../src/api/model.ts";
import { readImage } from "../../src/api/read-image.ts";
import { logit } from "../../src/tasks/ensemble.ts";
import { assert, skip, suite } from "../shim.ts";
import { emulation, missingEmulation, withLibrary } from "../support/cuda-emulation.ts";
import { rejects } from "../support/errors.ts";

const test = suite("cuda: packages");
const picture = await readImage(readFileSync(new URL("../../models/samples/lumbar-ap.dcm", import.meta.url)));

async function withModel(options: LoadModelOptions, work: (model: Model) => Promise<void>): Promise<void> {
  const missing = missingEmulation();
  if (missing !== null) skip(missing);
  const model = await withLibrary(emulation() ?? undefined, () =>
    loadModel("sample-tiny", { backend: "cuda", threads: 2, ...options }),
  );
  try {
    await work(model);
  } finally {
    await model.dispose();
  }
}

const expected = async (): Promise<number> => {
  await using model = await loadModel("sample-tiny", { backend: "cpu", threads: 1 });
  return logit((await model.classify(picture)).probability);
};

for (const [options, precision, allowed] of [
  [{}, "fp32", 1e-4],
  [{ precision: "fp16", deterministic: true }, "fp16", 2e-2],
] as const)
  test(`screening in ${precision}, several pictures at once`, async () => {
    await withModel(options, async (model) => {
      const reports = await Promise.all([0, 1, 2].map(() => model.screen(picture)));
      for (const { abnormal, provenance } of reports) {
        assert.ok(Math.abs(logit(abnormal!.probability) - (await expected())) < allowed);
        assert.equal([provenance.backend, provenance.precision], ["cuda", precision]);
        assert.is(provenance.device, model.backend.device);
        assert.is(model.backend.precision, precision);
      }
      const { probability } = await model.classify(picture);
      assert.is(probability, reports[0]!.abnormal!.probability);
    });
  });

test("a cancelled screening leaves the model usable", async () => {
  await withModel({}, async (model) => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 5);
    const failure = await model.screen(picture, { signal: stop.signal }).catch((error) => error);
    assert.instance(failure, SpineXRError);
    assert.is(failure.code, "ABORTED");
    assert.ok((await model.classify(picture)).probability > 0);
  });
});

/** While `work` goes on, the emulated GPU is as `name` says (test/cuda/emulation/runtime.cpp). */
async function emulating<T>(name: string, value: string, work: () => Promise<T>): Promise<T> {
  process.env[name] = value;
  try {
    return await work();
  } finally {
    delete process.env[name];
  }
}

test("without memory on the GPU a picture is refused, and the model goes on", async () => {
  await withModel({}, async (model) => {
    const failure = await emulating("SPINEXR_EMULATION_MEMORY", "1", () =>
      model.screen(picture).catch((error) => error),
    );
    assert.instance(failure, SpineXRError);
    assert.is(failure.code, "OUT_OF_MEMORY");
    assert.ok(Math.abs(logit((await model.classify(picture)).probability) - (await expected())) < 1e-4);
  });
  await emulating("SPINEXR_EMULATION_MEMORY", "100000", () =>
    rejects(() => withModel({}, async () => {}), "OUT_OF_MEMORY"),
  );
  await withModel({}, async (model) => assert.ok((await model.classify(picture)).probability > 0));
});

test("a GPU that is too old, or does not exist, is refused in words", async () => {
  await emulating("SPINEXR_EMULATION_CAPABILITY", "70", async () => {
    await rejects(
      () => withModel({}, async () => {}),
      "BACKEND_UNAVAILABLE",
      /compute capability 7\.0.*needs 7\.5/,
    );
    const infos = await withLibrary(emulation() ?? undefined, () => listBackends());
    const { available, reason } = infos.find(({ name }) => name === "cuda")!;
    assert.is(available, false);
    assert.match(reason, "compute capability 7.0");
  });
  await rejects(
    () => withModel({ device: 3 }, async () => {}),
    "BACKEND_UNAVAILABLE",
    /a device from 0 to 0, found 3/,
  );
});

test.run();
