/** The decoder that a manifest names, appended to its network: every detector becomes one graph that ends in boxes. */
import { SpineXRError } from "../api/errors.ts";
import type { OnnxModel, OnnxValueInfo } from "../onnx/model.ts";
import { NodeBuilder, SPINEXR_DOMAIN, SPINEXR_OPSET } from "../onnx/node-builder.ts";
import { type Decoder, decoderOutputs } from "../package/manifest.ts";
import { anchorCandidates } from "./anchors.ts";
import { type Candidates, suppress } from "./candidates.ts";
import type { Head } from "./layout.ts";
import { renameValues } from "./rename.ts";
import { yoloV5Candidates } from "./yolo-v5.ts";
import { yoloV8Candidates } from "./yolo-v8.ts";

type DenseDecoder = Exclude<Decoder, { kind: "boxes" }>;

/** From here on Slice, TopK, Mod and Min of integers have the form that the appended nodes use. */
const FIRST_OPSET = 12;

const OUTPUTS: readonly OnnxValueInfo[] = [
  { name: "boxes", type: "float", dims: ["M", 4] },
  { name: "scores", type: "float", dims: ["M"] },
  { name: "classes", type: "int64", dims: ["M"] },
];

/**
 * The network with outputs boxes f32 [m, 4] (corners in pixels of the network's input), scores f32 [m] and classes
 * i64 [m], in falling score; other outputs are left out. `model` is not changed. Names of values inside it may change,
 * those of inputs do not.
 *
 * @param classCount number of labels
 * @throws SpineXRError INVALID_PACKAGE where the decoder does not fit the network
 */
export function attachDecoder(model: OnnxModel, decoder: Decoder, classCount: number): OnnxModel {
  const declared = model.graph.outputs.map(({ name }) => name);
  for (const name of decoderOutputs(decoder)) {
    if (!declared.includes(name))
      throw new SpineXRError(
        "INVALID_PACKAGE",
        `The decoder of model.json reads the output "${name}", which the ONNX file does not have; its outputs are: ` +
          `${declared.join(", ")}.`,
      );
  }
  if (decoder.kind !== "boxes") return append(model, decoder, classCount);
  const final = new Map([
    [decoder.boxes, "boxes"],
    [decoder.scores, "scores"],
    [decoder.classes, "classes"],
  ]);
  const renamed = renameValues(model, (name) => final.get(name) ?? outOfTheWay(name));
  return { ...renamed, graph: { ...renamed.graph, outputs: OUTPUTS } };
}

function append(model: OnnxModel, decoder: DenseDecoder, classCount: number): OnnxModel {
  const opset = model.opsets[""] ?? 1;
  if (opset < FIRST_OPSET)
    throw new SpineXRError(
      "INVALID_PACKAGE",
      `The ONNX file uses opset ${opset}; a decoder can be appended from opset ${FIRST_OPSET} on. Export it again.`,
    );
  const { graph, opsets } = renameValues(model, outOfTheWay);
  const b = new NodeBuilder();
  const outputs = new Map(
    model.graph.outputs.map(({ name, dims }) => [name, { value: outOfTheWay(name), dims }]),
  );
  suppress(b, "decoder", candidatesOf({ b, classCount, inputs: graph.inputs, outputs }, decoder), decoder);
  return {
    ...model,
    opsets: { ...opsets, [SPINEXR_DOMAIN]: SPINEXR_OPSET },
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...b.nodes],
      initializers: [...graph.initializers, ...b.initializers],
      outputs: OUTPUTS,
    },
  };
}

function candidatesOf(head: Head, decoder: DenseDecoder): Candidates[] {
  switch (decoder.kind) {
    case "anchors":
      return anchorCandidates(head, decoder);
    case "yolo-v5":
      return yoloV5Candidates(head, decoder);
    case "yolo-v8":
      return yoloV8Candidates(head, decoder);
  }
}

/** Distinct names stay distinct, and none is left that a decoder uses. */
const outOfTheWay = (name: string): string =>
  /^(decoder\/|network\/|(boxes|scores|classes)$)/.test(name) ? `network/${name}` : name;
