/** ModelProto and what it contains: bytes to OnnxModel. Fields that are not needed are skipped, never trusted. */
import type { ByteFile } from "../bytes/stored.ts";
import {
  dataTypeName,
  invalidOnnx,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
  type UnreadTensor,
} from "./model.ts";
import { type Int, WireReader } from "./protobuf.ts";
import { readTensor } from "./tensor-proto.ts";

const standardDomain = (domain: string) => (domain === "ai.onnx" ? "" : domain);

/** A record without a prototype: names come from the file. */
const record = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

/**
 * Reads a serialised ModelProto. Says nothing about whether its operators are supported. Throws INVALID_ONNX.
 * Initializers are views of bytes where alignment allows: do not write to them afterwards. Of a file the large float
 * ones stay in it, as long as it is open.
 */
export function readModelProto(source: Uint8Array | ByteFile): OnnxModel {
  const r = new WireReader(source);
  const opsets = record<number>();
  const metadata = record<string>();
  let irVersion = 0;
  let producerName = "";
  let producerVersion = "";
  let graph: OnnxGraph | null = null;
  while (r.next()) {
    switch (r.field) {
      case 1:
        irVersion = r.smallInt("IR version");
        break;
      case 2:
        producerName = r.string();
        break;
      case 3:
        producerVersion = r.string();
        break;
      case 7:
        graph = readGraph(r.message());
        break;
      case 8: {
        const { domain, version } = readOpset(r.message());
        opsets[domain] = version;
        break;
      }
      case 14: {
        const { key, value } = readEntry(r.message());
        metadata[key] = value;
        break;
      }
      default:
        r.skip();
    }
  }
  if (graph === null) {
    invalidOnnx(
      `Expected an ONNX model, found ${r.source.length} bytes without a graph; the file is damaged or of another format.`,
    );
  }
  // Models of IR version 1 and 2 carry no opset import: they mean version 1.
  if (opsets[""] === undefined) opsets[""] = 1;
  const model = { irVersion, producerName, producerVersion, opsets, metadata, graph };
  if (source instanceof Uint8Array) return model;
  source.check();
  return { ...model, file: source };
}

function readOpset(r: WireReader): { domain: string; version: number } {
  let domain = "";
  let version = 0;
  while (r.next()) {
    if (r.field === 1) domain = standardDomain(r.string());
    else if (r.field === 2) version = r.smallInt("opset version");
    else r.skip();
  }
  return { domain, version };
}

function readEntry(r: WireReader): { key: string; value: string } {
  let key = "";
  let value = "";
  while (r.next()) {
    if (r.field === 1) key = r.string();
    else if (r.field === 2) value = r.string();
    else r.skip();
  }
  return { key, value };
}

function readGraph(r: WireReader): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const unreadInitializers: UnreadTensor[] = [];
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  let name = "";
  while (r.next()) {
    switch (r.field) {
      case 1:
        nodes.push(readNode(r.message()));
        break;
      case 2:
        name = r.string();
        break;
      case 5: {
        const tensor = readTensor(r.message());
        if ("unread" in tensor) unreadInitializers.push(tensor);
        else initializers.push(tensor);
        break;
      }
      case 11:
        inputs.push(readValueInfo(r.message()));
        break;
      case 12:
        outputs.push(readValueInfo(r.message()));
        break;
      case 15:
        unreadInitializers.push({ name: readSparseName(r.message()), unread: "sparse storage" });
        break;
      default:
        r.skip();
    }
  }
  return { name, nodes, initializers, unreadInitializers, inputs, outputs };
}

function readNode(r: WireReader): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = record<OnnxAttribute>();
  let name = "";
  let op = "";
  let domain = "";
  while (r.next()) {
    switch (r.field) {
      case 1:
        inputs.push(r.string());
        break;
      case 2:
        outputs.push(r.string());
        break;
      case 3:
        name = r.string();
        break;
      case 4:
        op = r.string();
        break;
      case 5: {
        const attribute = readAttribute(r.message());
        attributes[attribute.name] = attribute.value;
        break;
      }
      case 7:
        domain = standardDomain(r.string());
        break;
      default:
        r.skip();
    }
  }
  return { name, op, domain, inputs, outputs, attributes };
}

/** AttributeProto.AttributeType */
const KINDS = [
  "undefined",
  "float",
  "int",
  "string",
  "tensor",
  "graph",
  "floats",
  "ints",
  "strings",
] as const;

function readAttribute(r: WireReader): { name: string; value: OnnxAttribute } {
  const ints: Int[] = [];
  const floats: number[] = [];
  const strings: string[] = [];
  const present = new Set<(typeof KINDS)[number]>();
  let name = "";
  let code = 0;
  let int: Int = 0;
  let float = 0;
  let string = "";
  let reference = "";
  let tensor: OnnxTensor | UnreadTensor | null = null;
  while (r.next()) {
    switch (r.field) {
      case 1:
        name = r.string();
        break;
      case 2:
        float = r.float();
        present.add("float");
        break;
      case 3:
        int = r.int();
        present.add("int");
        break;
      case 4:
        string = r.string();
        present.add("string");
        break;
      case 5:
        tensor = readTensor(r.message());
        present.add("tensor");
        break;
      case 7:
        r.floats(floats);
        present.add("floats");
        break;
      case 8:
        r.ints(ints);
        present.add("ints");
        break;
      case 9:
        strings.push(r.string());
        present.add("strings");
        break;
      case 20:
        code = r.smallInt("attribute type");
        break;
      case 21:
        reference = r.string();
        break;
      default:
        r.skip();
    }
  }
  // Files of IR version 1 may leave the type out; the field that is there tells it.
  const kind = code === 0 ? [...present][0] : KINDS[code];
  if (reference !== "") return { name, value: { unread: `a reference to "${reference}"` } };
  switch (kind) {
    case "float":
      return { name, value: { float } };
    case "int":
      return { name, value: { int } };
    case "string":
      return { name, value: { string } };
    case "floats":
      return { name, value: { floats } };
    case "ints":
      return { name, value: { ints } };
    case "strings":
      return { name, value: { strings } };
    case "tensor":
      if (tensor === null) invalidOnnx(`Attribute "${name}" is declared as a tensor, which is missing.`);
      return { name, value: "unread" in tensor ? { unread: tensor.unread } : { tensor } };
    default:
      return { name, value: { unread: kind === "graph" ? "a graph" : `type ${code}` } };
  }
}

function readValueInfo(r: WireReader): OnnxValueInfo {
  let name = "";
  let type: OnnxValueInfo["type"] = null;
  let dims: OnnxValueInfo["dims"] = null;
  while (r.next()) {
    if (r.field === 1) name = r.string();
    else if (r.field === 2) {
      const typeProto = r.message();
      while (typeProto.next()) {
        if (typeProto.field !== 1) {
          typeProto.skip(); // sequences, maps, optionals
          continue;
        }
        const tensorType = typeProto.message();
        while (tensorType.next()) {
          if (tensorType.field === 1) type = dataTypeName(tensorType.smallInt("element type"));
          else if (tensorType.field === 2) dims = readShape(tensorType.message());
          else tensorType.skip();
        }
      }
    } else r.skip();
  }
  return { name, type, dims };
}

function readShape(r: WireReader): (number | string)[] {
  const dims: (number | string)[] = [];
  while (r.next()) {
    if (r.field !== 1) {
      r.skip();
      continue;
    }
    const dim = r.message();
    let value: number | string = "";
    while (dim.next()) {
      if (dim.field === 1) value = dim.smallInt("dimension");
      else if (dim.field === 2) value = dim.string();
      else dim.skip();
    }
    dims.push(typeof value === "number" && value < 0 ? "" : value);
  }
  return dims;
}

function readSparseName(r: WireReader): string {
  let name = "";
  while (r.next()) {
    if (r.field !== 1) {
      r.skip();
      continue;
    }
    name = readTensor(r.message()).name;
  }
  return name;
}
