/** Worker entry: the engine. Answers requests one by one; a trap is answered as fatal. */
import { workerMain } from "../../platform/worker-scope.ts";
import { createMemory } from "./builds.ts";
import { createEngine } from "./engine.ts";
import { failureOf } from "./failure.ts";
import { instantiate } from "./instance.ts";
import { type Answer, buffersOf, type EngineStart, type Request } from "./messages.ts";

/** Arrays of an answer were made for it alone: they move. */
function transferable(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return buffersOf(value);
  if (typeof value !== "object" || value === null) return [];
  const views = Object.values(value).flat().filter(ArrayBuffer.isView) as ArrayBufferView[];
  return buffersOf(...views);
}

workerMain<EngineStart>(async (scope) => {
  const post = (answer: Answer, transfer: readonly ArrayBuffer[] = []): void => scope.post(answer, transfer);
  try {
    const { module, memory, build, threads, isa } = scope.data;
    const instance = await instantiate(module, memory ?? createMemory(build), true);
    const engine = createEngine(instance, threads, isa);
    scope.onMessage((message) => {
      const { id, kind, body } = message as Request;
      try {
        const value = engine.handlers[kind](body as never);
        post({ id, value }, transferable(value));
      } catch (error) {
        post({ id, failure: failureOf(error) });
      }
    });
    post({ id: 0, value: engine.ready });
  } catch (error) {
    post({ id: 0, failure: failureOf(error) });
  }
});
