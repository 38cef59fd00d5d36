/** The ONNX backend cases, imported and optimised, still give the expected outputs. */
import { readFileSync } from "node:fs";
import { describeInputs, importGraph, parseModel } from "../../src/onnx/import.ts";
import { optimize } from "../../src/optimize/pipeline.ts";
import { caseInputs, conformanceCases, readTensorFile, signatureOf } from "../onnx/conformance-cases.ts";
import { findMismatch } from "../reference/compare.ts";
import { interpret, type NumericArray } from "../reference/interpret.ts";
import { assert, shared, suite } from "../shim.ts";

const test = suite("optimised conformance cases");

/** Published values are float32 results, some with four decimals only. */
const TOLERANCE = { relative: 1e-4, absolute: 1e-4 };

// Whole networks ("light") are too large for the float64 interpreter and run on the core elsewhere.
test("give the expected outputs", () => {
  const cases = conformanceCases(shared("third_party/onnx-conformance")).filter(
    ({ inputPaths }) => inputPaths !== null,
  );
  let compared = 0;
  for (const entry of cases) {
    let model: ReturnType<typeof parseModel>;
    try {
      model = parseModel(readFileSync(entry.modelPath));
    } catch (error) {
      if ((error as { code?: string }).code === "UNSUPPORTED_OPERATOR") continue;
      throw error;
    }
    const described = describeInputs(model);
    const inputs = caseInputs(entry, model, described);
    const graph = optimize(importGraph(model, signatureOf(inputs, described)), { validate: true });
    const data = graph.inputs.map(({ name }) => [name, inputs.get(name)!.data as NumericArray]);
    const results = interpret(graph, Object.fromEntries(data));
    for (const [i, path] of entry.outputPaths.entries()) {
      const found = results.get(graph.outputs[i]!.name)!;
      const expected = readTensorFile(path);
      assert.equal(found.dims, expected.dims, entry.name);
      const mismatch = findMismatch(found.data, expected.data as NumericArray, expected.dims, TOLERANCE);
      assert.is(mismatch, null, `${entry.name}: ${mismatch}`);
      compared++;
    }
  }
  assert.ok(compared > 250, `only ${compared} outputs were compared`);
});

test.run();
