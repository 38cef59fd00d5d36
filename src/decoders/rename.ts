/** Other names for the values of a network. */
import { SpineXRError } from "../api/errors.ts";
import { type OnnxModel, renamedTensor } from "../onnx/model.ts";

/**
 * A copy whose values are called `rename(name)`, which gives distinct names distinct ones.
 * @throws SpineXRError INVALID_PACKAGE where that would change the name of an input
 */
export function renameValues(model: OnnxModel, rename: (name: string) => string): OnnxModel {
  const { graph } = model;
  for (const { name } of graph.inputs) {
    if (rename(name) !== name)
      throw new SpineXRError(
        "INVALID_PACKAGE",
        `The ONNX file's input "${name}" has a name that detectors use for their outputs; export it with another one.`,
      );
  }
  const renamed = <T extends { readonly name: string }>(list: readonly T[]): T[] =>
    list.map((item) => ({ ...item, name: rename(item.name) }));
  const all = (names: readonly string[]): string[] => names.map((name) => (name === "" ? "" : rename(name)));
  return {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.map((node) => ({ ...node, inputs: all(node.inputs), outputs: all(node.outputs) })),
      initializers: graph.initializers.map((tensor) => renamedTensor(tensor, rename(tensor.name))),
      unreadInitializers: renamed(graph.unreadInitializers ?? []),
      outputs: renamed(graph.outputs),
    },
  };
}
