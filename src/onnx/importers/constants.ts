/** Operators that make constants, pass values through or convert their type. */
import type { DType, Value } from "../../graph/graph.ts";
import { type DataTypeName, dataTypeName, graphDType, type OnnxNode } from "../model.ts";
import { type Imported, isForeign, type NodeContext } from "./context.ts";
import { convertTensor } from "./convert.ts";
import { ALL_TYPES, type OperatorTable } from "./operator.ts";
import { unsupported } from "./refusal.ts";

const INTEGERS = ["value_int", "value_ints"];
const FLOATS = ["value_float", "value_floats"];

function importConstant(c: NodeContext): Imported[] {
  const tensor = c.tensor("value");
  if (tensor !== null) return [c.constantOf(tensor)];
  for (const name of [...INTEGERS, ...FLOATS]) {
    const attribute = c.node.attributes[name];
    if (attribute === undefined) continue;
    if ("int" in attribute) return [c.constant(BigInt64Array.of(BigInt(attribute.int)), [])];
    if ("float" in attribute) return [c.scalar(attribute.float)];
    if ("ints" in attribute)
      return [c.constant(BigInt64Array.from(attribute.ints, BigInt), [attribute.ints.length])];
    if ("floats" in attribute)
      return [c.constant(Float32Array.from(attribute.floats), [attribute.floats.length])];
  }
  return c.mismatch("it needs the attribute value.");
}

function constantType(node: OnnxNode): (DataTypeName | null)[] {
  const value = node.attributes.value;
  if (value !== undefined) return ["tensor" in value ? value.tensor.type : null];
  if (INTEGERS.some((name) => node.attributes[name] !== undefined)) return ["int64"];
  return FLOATS.some((name) => node.attributes[name] !== undefined) ? ["float"] : [null];
}

/** One number (default float 0) in any number of copies. */
function importConstantOfShape(c: NodeContext): Value[] {
  const dims = c.known(0) ?? c.mismatch("it needs a shape.");
  const tensor = c.tensor("value");
  if (tensor !== null && tensor.data.length !== 1) c.mismatch("its value must be a single number.");
  const value = tensor === null ? c.scalar(0) : c.constantOf({ ...tensor, dims: [] });
  if (isForeign(value)) return unsupported(`a tensor of ${value.type}`);
  return c.emit("expand", { inputs: [value], dims });
}

/** start, start + step, .. below (above, for a negative step) limit. */
function importRange(c: NodeContext): Value[] {
  const { dtype } = c.input(0);
  const [start, limit, step] = [c.knownScalar(0), c.knownScalar(1), c.knownScalar(2)] as [
    number,
    number,
    number,
  ];
  if (step === 0) c.mismatch("a step of 0.");
  const count = Math.max(0, Math.ceil((limit - start) / step));
  c.checkMade(count);
  const at = (_: unknown, i: number) => start + i * step;
  if (dtype === "f32") return [c.constant(Float32Array.from({ length: count }, at), [count])];
  if (dtype === "i32") return [c.constant(Int32Array.from({ length: count }, at), [count])];
  return [
    c.constant(
      BigInt64Array.from({ length: count }, (_, i) => BigInt(at(_, i))),
      [count],
    ),
  ];
}

function castTo(c: NodeContext, dtype: DType): Value[] {
  const x = c.imported(0);
  if (isForeign(x)) return [c.constant(convertTensor(x, dtype), x.dims, dtype)];
  return x.dtype === dtype ? [x] : c.emit("cast", { inputs: [x], dtype });
}

const targetType = (node: OnnxNode): DataTypeName | null => {
  const to = node.attributes.to;
  return to !== undefined && "int" in to ? dataTypeName(Number(to.int)) : null;
};

function importCast(c: NodeContext): Value[] {
  const to = targetType(c.node);
  const dtype = to === null ? null : graphDType(to);
  return castTo(c, dtype ?? unsupported(`a cast to ${to ?? c.int("to", "nothing")}`));
}

function importCastLike(c: NodeContext): Value[] {
  const like = c.imported(1);
  return castTo(c, isForeign(like) ? unsupported(`a cast to ${like.type}`) : like.dtype);
}

export const CONSTANTS: OperatorTable = {
  Cast: {
    since: 6,
    inputs: 1,
    attributes: ["round_mode", "saturate", "to"],
    types: ALL_TYPES,
    foreign: true,
    result: (node) => [targetType(node)],
    import: importCast,
  },
  CastLike: {
    since: 15,
    inputs: 2,
    attributes: ["round_mode", "saturate"],
    types: ALL_TYPES,
    foreign: true,
    result: (_node, types) => [types[1] ?? null],
    import: importCastLike,
  },
  Constant: {
    inputs: 0,
    attributes: ["value", ...INTEGERS, ...FLOATS],
    result: constantType,
    import: importConstant,
  },
  ConstantOfShape: {
    inputs: 1,
    known: [0],
    attributes: ["value"],
    result: (node) => {
      const value = node.attributes.value;
      return [value === undefined ? "float" : "tensor" in value ? value.tensor.type : null];
    },
    import: importConstantOfShape,
  },
  Identity: { inputs: 1, types: ALL_TYPES, import: (c) => [c.input(0)] },
  Range: { inputs: 3, known: [0, 1, 2], import: importRange },
};
