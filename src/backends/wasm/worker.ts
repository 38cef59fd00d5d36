/** Worker entry: the engine. Answers requests one by one; a trap is answered as fatal. */
import { SpineXRError } from "../../api/errors.ts";
import { workerScope } from "../../platform/workers.ts";
import { createMemory } from "./builds.ts";
import { createEngine, type WasmEngine } from "./engine.ts";
import { instantiate } from "./instance.ts";
import { type Answer, buffersOf, type EngineStart, type Failure, type Request } from "./messages.ts";

const scope = workerScope<EngineStart>();

function failure(error: unknown): Failure {
  if (error instanceof SpineXRError) return { code: error.code, message: error.message, fatal: false };
  if (error instanceof RangeError)
    return {
      code: "OUT_OF_MEMORY",
      message: `The WebAssembly worker ran out of memory (${error.message}); use a smaller input.`,
      fatal: false,
    };
  return {
    code: "INTERNAL",
    message: `The WebAssembly core failed (${(error as Error).message}); open the backend again and report this.`,
    fatal: true,
  };
}

const post = (answer: Answer, transfer: readonly ArrayBuffer[] = []): void => scope.post(answer, transfer);

/** Arrays of an answer were made for it alone: they move. */
function transferable(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return buffersOf(value);
  if (typeof value !== "object" || value === null) return [];
  const views = Object.values(value).flat().filter(ArrayBuffer.isView) as ArrayBufferView[];
  return buffersOf(...views);
}

function answer(engine: WasmEngine, { id, kind, body }: Request): void {
  try {
    const value = engine.handlers[kind](body as never);
    post({ id, value }, transferable(value));
  } catch (error) {
    post({ id, failure: failure(error) });
  }
}

try {
  const { module, memory, build, threads, isa } = scope.data;
  const instance = await instantiate(module, memory ?? createMemory(build), true);
  const engine = createEngine(instance, threads, isa);
  scope.onMessage((message) => answer(engine, message as Request));
  post({ id: 0, value: engine.ready });
} catch (error) {
  post({ id: 0, failure: failure(error) });
}
