import { readFileSync } from "node:fs";
import { describeInputs, importGraph, parseModel } from "../../src/onnx/import.ts";
import { graphDType } from "../../src/onnx/model.ts";
import { assert, shared, suite } from "../shim.ts";
import { caseInputs, conformanceCases, readTensorFile, signatureOf } from "./conformance-cases.ts";

const test = suite("onnx conformance import");

test("models import with the dims and types of their expected outputs", () => {
  const cases = conformanceCases(shared("third_party/onnx-conformance"));
  const refused: string[] = [];
  for (const entry of cases) {
    try {
      const model = parseModel(readFileSync(entry.modelPath));
      const described = describeInputs(model);
      const graph = importGraph(model, signatureOf(caseInputs(entry, model, described), described));
      entry.outputPaths.forEach((path, i) => {
        const expected = readTensorFile(path);
        const output = graph.outputs[i]!;
        const variable = output.dtype === "i64" && /nonmaxsuppression/.test(entry.name);
        assert.is(output.name, model.graph.outputs[i]!.name, entry.name);
        assert.is(output.dtype, graphDType(expected.type), entry.name);
        if (!variable) assert.equal(output.dims, expected.dims, entry.name);
      });
    } catch (error) {
      if ((error as { code?: string }).code !== "UNSUPPORTED_OPERATOR")
        throw new Error(entry.name, { cause: error });
      refused.push(`${entry.name}: ${(error as Error).message}`);
    }
  }
  console.log(
    `NOTE imported ${cases.length - refused.length} of ${cases.length}; not imported:\n  ${refused.join("\n  ")}`,
  );
  assert.ok(cases.length - refused.length >= 326);
});

test.run();
