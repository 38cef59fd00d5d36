/** An instance of a module on a memory, with the little that native code needs of its host. */
import type { CoreExports } from "../../../wasm/module.d.ts";

const WASI_SUCCESS = 0;
const WASI_NOT_SUPPORTED = 58;

export interface WasmInstance {
  readonly exports: CoreExports;
  readonly memory: WebAssembly.Memory;
}

/**
 * Instantiates; constructors are run by the first instance on a memory only (`first`).
 * The C library imports a few WASI calls. Clocks work; output goes nowhere, since the core never writes any; an exit is
 * a trap.
 */
export async function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  first: boolean,
): Promise<WasmInstance> {
  const wasi: Record<string, (...args: never[]) => number> = {
    clock_time_get: (_clock: number, _precision: bigint, result: number) => {
      const nanoseconds = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
      new DataView(memory.buffer).setBigUint64(result >>> 0, nanoseconds, true);
      return WASI_SUCCESS;
    },
    fd_write: (_file: number, vectors: number, count: number, written: number) => {
      const view = new DataView(memory.buffer);
      let bytes = 0;
      for (let i = 0; i < count; i++) bytes += view.getUint32((vectors >>> 0) + 8 * i + 4, true);
      view.setUint32(written >>> 0, bytes, true);
      return WASI_SUCCESS;
    },
    fd_close: () => WASI_SUCCESS,
    proc_exit: (code: number) => {
      throw new Error(`the core ended itself with code ${code}`);
    },
  };
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = kind === "memory" ? memory : (wasi[name] ?? (() => WASI_NOT_SUPPORTED));
  }
  const instance = await WebAssembly.instantiate(module, imports);
  const exports = instance.exports as unknown as CoreExports;
  if (first) exports._initialize();
  return { exports, memory };
}

const decoder = new TextDecoder();

/** A C string, copied first: decoders refuse shared memory. */
export function readText({ memory }: WasmInstance, pointer: number): string {
  const bytes = new Uint8Array(memory.buffer);
  const start = pointer >>> 0;
  return decoder.decode(bytes.slice(start, bytes.indexOf(0, start)));
}
