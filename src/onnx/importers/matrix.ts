/** MatMul and Gemm. */
import type { Value } from "../../graph/graph.ts";
import type { NodeContext } from "./context.ts";
import type { OperatorTable } from "./operator.ts";

const PLAIN = { transA: false, transB: false, alpha: 1 };

/** numpy.matmul: a vector on the left is a row, on the right a column, and its axis is dropped from the result. */
function importMatMul(c: NodeContext): Value[] {
  const a = c.input(0);
  const b = c.input(1);
  if (a.dims.length === 0 || b.dims.length === 0) c.mismatch("a scalar cannot be multiplied as a matrix.");
  if (a.dims.length > 1 && b.dims.length > 1) return c.emit("matmul", { inputs: [a, b, null], ...PLAIN });
  const row = a.dims.length === 1 ? c.reshape(a, [1, a.dims[0]!]) : a;
  const column = b.dims.length === 1 ? c.reshape(b, [b.dims[0]!, 1]) : b;
  const y = c.add("matmul", { inputs: [row, column, null], ...PLAIN });
  const rank = y.dims.length;
  const dropRow = (axis: number) => a.dims.length === 1 && axis === rank - 2;
  const dropColumn = (axis: number) => b.dims.length === 1 && axis === rank - 1;
  const dims = y.dims.filter((_, axis) => !dropRow(axis) && !dropColumn(axis));
  return c.emit("reshape", { inputs: [y], dims });
}

/** alpha op(A) op(B) + beta C, where C broadcasts to the product. One row of C becomes the bias of the product. */
function importGemm(c: NodeContext): Value[] {
  const [a, b, addend] = [c.input(0), c.input(1), c.optional(2)];
  for (const value of [a, b]) {
    if (value.dims.length !== 2) c.mismatch(`"${value.name}" must be a matrix, found [${value.dims}].`);
  }
  const transA = c.int("transA", 0) !== 0;
  const transB = c.int("transB", 0) !== 0;
  const spec = { transA, transB, alpha: c.float("alpha", 1) };
  const beta = c.float("beta", 1);
  if (addend === null || beta === 0) return c.emit("matmul", { inputs: [a, b, null], ...spec });
  const scaled = beta === 1 ? addend : c.add("binary", { inputs: [addend, c.scalar(beta)], op: "mul" });
  const columns = b.dims[transB ? 0 : 1]!;
  const bias = asBias(c, scaled, columns);
  if (bias !== null) return c.emit("matmul", { inputs: [a, b, bias], ...spec });
  const product = c.add("matmul", { inputs: [a, b, null], ...spec });
  const sum = c.emit("binary", { inputs: [product, scaled], op: "add" });
  if (sum[0]!.dims.length !== 2 || sum[0]!.dims.some((d, i) => d !== product.dims[i])) {
    c.mismatch(`C [${addend.dims}] does not broadcast to [${product.dims}].`);
  }
  return sum;
}

/** C as a vector of one number per column, or null where its rows differ. */
function asBias(c: NodeContext, value: Value, columns: number): Value | null {
  const { dims } = value;
  const width = dims.at(-1) ?? 1;
  if (dims.length > 2 || (dims.length === 2 && dims[0] !== 1) || (width !== 1 && width !== columns))
    return null;
  if (width === columns) return c.reshape(value, [columns]);
  return c.add("expand", { inputs: [c.reshape(value, [1])], dims: [columns] });
}

export const MATRIX: OperatorTable = {
  Gemm: {
    inputs: 3,
    attributes: ["alpha", "beta", "broadcast", "transA", "transB"],
    import: importGemm,
  },
  MatMul: { inputs: 2, import: importMatMul },
};
