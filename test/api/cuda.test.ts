/** Whole packages on the emulated GPU: the answers of the processor, in float32 and, nearly, in half precision. */
import { readFileSync } from "node:fs";
import { SpineXRError } from "../../src/api/errors.ts";
import { type LoadModelOptions, loadModel } from "../../src/api/load-model.ts";
import type { Model } from "../../src/api/model.ts";
import { readImage } from "../../src/api/read-image.ts";
import { logit } from "../../src/tasks/ensemble.ts";
import { assert, skip, suite } from "../shim.ts";
import { emulation, missingEmulation, withLibrary } from "../support/cuda-emulation.ts";

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

test.run();
