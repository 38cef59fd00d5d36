/** What the importer knows about one ONNX operator. */
import type { DType } from "../../graph/graph.ts";
import type { DataTypeName, OnnxNode } from "../model.ts";
import type { Imported, NodeContext } from "./context.ts";

/** The newest opset of the standard domain whose operators were compared with this table. */
export const LAST_OPSET = 25;

export const ALL_TYPES: readonly DType[] = ["f32", "i32", "i64", "u8", "bool"];

export interface Operator {
  /** Opsets in which the operator means what `import` does; `import` handles differences between them. Default 1. */
  readonly since?: number;
  /** Default LAST_OPSET; operators of other domains say their own. */
  readonly until?: number;
  /** Every attribute in any of these opsets; a node with another one is refused. */
  readonly attributes?: readonly string[];
  /** Largest number of inputs. */
  readonly inputs: number;
  /** Positions of inputs whose values must be known when the graph is made: axes, shapes, scales. */
  readonly known?: readonly number[];
  /**
   * Types that the other inputs may have when they are only known at run time. Default f32. (With known inputs
   * any type will do if the graph builder can evaluate the node.)
   */
  readonly types?: readonly DType[];
  /** True if inputs of a type that graphs lack (double, float16, ...) may come in; they are then constants. */
  readonly foreign?: boolean;
  /** True if the outputs depend on the inputs' dims only, not on their values. */
  readonly dimsOnly?: boolean;
  /** Element type of the outputs, where it is not that of the first input. null: cannot be told. */
  readonly result?: DataTypeName | ((node: OnnxNode, types: readonly (DataTypeName | null)[]) => ResultTypes);
  /** Builds the node; gives one value per output, "" outputs included. */
  readonly import: (c: NodeContext) => readonly Imported[];
}
type ResultTypes = readonly (DataTypeName | null)[];

export type OperatorTable = Readonly<Record<string, Operator>>;
