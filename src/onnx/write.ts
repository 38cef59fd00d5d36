/** OnnxModel to bytes. The same model always gives the same bytes: nothing is sorted, dated or numbered here. */
import {
  DATA_TYPES,
  invalidOnnx,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxValueInfo,
} from "./model.ts";
import { WireWriter } from "./protobuf.ts";
import { writeTensor } from "./tensor-proto.ts";

/**
 * Serialises a model as one ModelProto. Attributes and metadata appear in the order of their records' keys,
 * nodes and initializers in the order of their lists; nodes must already be in topological order.
 * Throws INVALID_ONNX for what a reader could not read back: data that contradict dims, an unread attribute.
 */
export function writeModel(model: OnnxModel): Uint8Array {
  const w = new WireWriter();
  w.int(1, model.irVersion);
  if (model.producerName !== "") w.string(2, model.producerName);
  if (model.producerVersion !== "") w.string(3, model.producerVersion);
  w.message(7, (g) => writeGraph(g, model.graph));
  for (const [domain, version] of Object.entries(model.opsets)) {
    w.message(8, (o) => {
      if (domain !== "") o.string(1, domain);
      o.int(2, version);
    });
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    w.message(14, (entry) => {
      entry.string(1, key);
      entry.string(2, value);
    });
  }
  return w.finish();
}

function writeGraph(w: WireWriter, graph: OnnxGraph): void {
  if ((graph.unreadInitializers?.length ?? 0) > 0) {
    invalidOnnx(`Graph "${graph.name}" has initializers that were not read; it cannot be written.`);
  }
  for (const node of graph.nodes) w.message(1, (n) => writeNode(n, node));
  w.string(2, graph.name);
  for (const tensor of graph.initializers) w.message(5, (t) => writeTensor(t, tensor));
  for (const input of graph.inputs) w.message(11, (v) => writeValueInfo(v, input));
  for (const output of graph.outputs) w.message(12, (v) => writeValueInfo(v, output));
}

function writeNode(w: WireWriter, node: OnnxNode): void {
  for (const input of node.inputs) w.string(1, input);
  for (const output of node.outputs) w.string(2, output);
  if (node.name !== "") w.string(3, node.name);
  w.string(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    w.message(5, (a) => writeAttribute(a, name, attribute));
  }
  if (node.domain !== "") w.string(7, node.domain);
}

function writeAttribute(w: WireWriter, name: string, attribute: OnnxAttribute): void {
  w.string(1, name);
  if ("float" in attribute) {
    w.float(2, attribute.float);
    w.int(20, 1);
  } else if ("int" in attribute) {
    w.int(3, attribute.int);
    w.int(20, 2);
  } else if ("string" in attribute) {
    w.string(4, attribute.string);
    w.int(20, 3);
  } else if ("tensor" in attribute) {
    w.message(5, (t) => writeTensor(t, attribute.tensor));
    w.int(20, 4);
  } else if ("floats" in attribute) {
    w.floats(7, attribute.floats);
    w.int(20, 6);
  } else if ("ints" in attribute) {
    w.ints(8, attribute.ints);
    w.int(20, 7);
  } else if ("strings" in attribute) {
    for (const value of attribute.strings) w.string(9, value);
    w.int(20, 8);
  } else {
    invalidOnnx(`Attribute "${name}" was not read (${attribute.unread}); it cannot be written.`);
  }
}

function writeValueInfo(w: WireWriter, info: OnnxValueInfo): void {
  w.string(1, info.name);
  const { type, dims } = info;
  if (type === null) return;
  w.message(2, (typeProto) =>
    typeProto.message(1, (tensorType) => {
      tensorType.int(1, DATA_TYPES[type]);
      if (dims === null) return;
      tensorType.message(2, (shape) => {
        for (const dim of dims) {
          shape.message(1, (d) => {
            if (typeof dim === "number") d.int(1, dim);
            else if (dim !== "") d.string(2, dim);
          });
        }
      });
    }),
  );
}
