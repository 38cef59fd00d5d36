/** The ONNX project's backend test cases in the shared folder: models with inputs and expected outputs. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { elementCount } from "../../src/graph/graph.ts";
import type { InputDescription, OnnxModel, Signature } from "../../src/onnx/import.ts";
import { graphDType, type OnnxTensor } from "../../src/onnx/model.ts";
import { readTensorProto } from "../../src/onnx/tensor-proto.ts";

export interface ConformanceCase {
  readonly name: string;
  readonly modelPath: string;
  /** In the order of the graph's inputs and outputs. Inputs of "light" networks are made: see `lightInput`. */
  readonly inputPaths: readonly string[] | null;
  readonly outputPaths: readonly string[];
}

/** All cases under `root`, in a fixed order. */
export function conformanceCases(root: string): ConformanceCase[] {
  const folders = ["node", "pytorch-converted", "pytorch-operator"].flatMap((group) =>
    readdirSync(join(root, group))
      .toSorted()
      .map((name) => {
        const data = join(root, group, name, "test_data_set_0");
        return {
          name: `${group}/${name}`,
          modelPath: join(root, group, name, "model.onnx"),
          inputPaths: numbered(data, "input"),
          outputPaths: numbered(data, "output"),
        };
      }),
  );
  const light = readdirSync(join(root, "light"))
    .filter((file) => file.endsWith(".onnx"))
    .toSorted()
    .map((file) => ({
      name: `light/${file}`,
      modelPath: join(root, "light", file),
      inputPaths: null,
      outputPaths: [join(root, "light", file.replace(/\.onnx$/, "_output_0.pb"))],
    }));
  return [...folders, ...light];
}

function numbered(folder: string, prefix: string): string[] {
  const paths: string[] = [];
  for (let i = 0; existsSync(join(folder, `${prefix}_${i}.pb`)); i++)
    paths.push(join(folder, `${prefix}_${i}.pb`));
  return paths;
}

export const readTensorFile = (path: string): OnnxTensor => readTensorProto(readFileSync(path));

/** arange(n) / n in float32: the input of the "light" networks. */
export function lightInput(name: string, dims: readonly number[]): OnnxTensor {
  const count = elementCount(dims);
  return { name, type: "float", dims, data: Float32Array.from({ length: count }, (_, i) => i / count) };
}

/** The case's inputs by name; "light" networks have one input without a default. */
export function caseInputs(
  entry: ConformanceCase,
  model: OnnxModel,
  described: readonly InputDescription[],
): Map<string, OnnxTensor> {
  if (entry.inputPaths === null) {
    const { name, dims } = described.find((input) => !input.optional)!;
    return new Map([[name, lightInput(name, dims as readonly number[])]]);
  }
  const defaults = new Set(model.graph.initializers.map((tensor) => tensor.name));
  const all = model.graph.inputs.map((input) => input.name);
  // Files of old IR versions list weights as inputs too; the data sets may or may not repeat them.
  const names = entry.inputPaths.length === all.length ? all : all.filter((name) => !defaults.has(name));
  return new Map(entry.inputPaths.map((path, i) => [names[i]!, readTensorFile(path)]));
}

/** Dims of every input, values of the bound ones. */
export function signatureOf(
  inputs: ReadonlyMap<string, OnnxTensor>,
  described: readonly InputDescription[],
): Signature {
  const entries = [...inputs].map(([name, tensor]) => {
    const bound = described.find((input) => input.name === name)?.bound === true;
    const value = bound && graphDType(tensor.type) !== null ? tensor.data : undefined;
    return [name, { dims: tensor.dims, value }] as const;
  });
  return { inputs: Object.fromEntries(entries) as Signature["inputs"] };
}
