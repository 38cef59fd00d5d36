import { readFileSync } from "node:fs";
import { validateGraph } from "../../src/graph/validate.ts";
import { describeInputs, importGraph, type OnnxModel, parseModel } from "../../src/onnx/import.ts";
import type { OnnxTensor } from "../../src/onnx/model.ts";
import { interpret, type NumericArray, type Result } from "../reference/interpret.ts";
import { assert, shared, suite } from "../shim.ts";
import {
  type ConformanceCase,
  caseInputs,
  conformanceCases,
  readTensorFile,
  signatureOf,
} from "./conformance-cases.ts";

const test = suite("onnx conformance values");

/** Some expected values (RoiAlign) are published with four decimals. */
const TOLERANCE = 1e-4;

function parseOrNull(entry: ConformanceCase): OnnxModel | null {
  try {
    return parseModel(readFileSync(entry.modelPath));
  } catch (error) {
    if ((error as { code?: string }).code === "UNSUPPORTED_OPERATOR") return null;
    throw error;
  }
}

function compare(found: Result, expected: OnnxTensor): void {
  assert.equal(found.dims, expected.dims);
  for (let i = 0; i < found.data.length; i++) {
    const a = Number(found.data[i]);
    const b = Number(expected.data[i]);
    if (Object.is(a, b) || a === b) continue;
    const close = Math.abs(a - b) <= TOLERANCE * (1 + Math.abs(b));
    if (!close) assert.unreachable(`element ${i} is ${a}, expected ${b}`);
  }
}

// Whole networks ("light") are too large for the float64 interpreter and run on the core elsewhere.
test("imported graphs give the expected outputs", () => {
  const cases = conformanceCases(shared("third_party/onnx-conformance")).filter(
    ({ inputPaths }) => inputPaths !== null,
  );
  let passed = 0;
  const failed: string[] = [];
  for (const entry of cases) {
    const model = parseOrNull(entry);
    if (model === null) continue;
    try {
      const described = describeInputs(model);
      const inputs = caseInputs(entry, model, described);
      const graph = importGraph(model, signatureOf(inputs, described));
      validateGraph(graph);
      const data = graph.inputs.map(({ name }) => [name, inputs.get(name)!.data as NumericArray]);
      const results = interpret(graph, Object.fromEntries(data));
      for (const [i, path] of entry.outputPaths.entries()) {
        compare(results.get(graph.outputs[i]!.name)!, readTensorFile(path));
      }
      passed++;
    } catch (error) {
      failed.push(`${entry.name}: ${(error as Error).message}`);
    }
  }
  console.log(`NOTE ${passed} of ${cases.length} cases give the expected values as imported`);
  assert.equal(failed, []);
  assert.ok(passed >= 321);
});

test.run();
