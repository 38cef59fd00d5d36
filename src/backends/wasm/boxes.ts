/** A call of native/detection/ in linear memory: arrays are copied in, outputs copied out. */
import type { CoreExports } from "../../../wasm/module.d.ts";
import type { PortData } from "../core.ts";
import { type BoxArgument, type BoxCall, isOutput } from "../driver.ts";
import type { Heap } from "./heap.ts";

/** Of one element: outputs are f32 or i32. */
const OUTPUT_BYTES = 4;

const bytesOf = (argument: BoxArgument): number => {
  if (ArrayBuffer.isView(argument)) return argument.byteLength;
  return isOutput(argument) ? OUTPUT_BYTES * argument.length : 0;
};

export function callBoxes(heap: Heap, core: CoreExports, { name, args }: BoxCall): PortData[] {
  const symbol = `spx_boxes_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
  const run = core[symbol] as (...values: number[]) => number;
  const blocks = args.filter((argument) => typeof argument === "object" && argument !== null);
  return heap.with(blocks.map(bytesOf), (...pointers) => {
    let block = 0;
    const outputs: { pointer: number; spec: Parameters<Heap["read"]>[1] }[] = [];
    const values = args.map((argument) => {
      if (typeof argument === "number") return argument;
      if (argument === null) return 0;
      const pointer = pointers[block++];
      if (isOutput(argument)) outputs.push({ pointer, spec: argument });
      else heap.write(pointer, argument);
      return pointer;
    });
    heap.check(run(...values));
    return outputs.map(({ pointer, spec }) => heap.read(pointer, spec));
  });
}
