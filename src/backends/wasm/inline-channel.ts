/** The engine on the thread that asks: for pages that may not start workers. It blocks that thread while it computes. */
import type { SpineXRError } from "../../api/errors.ts";
import { createMemory } from "./builds.ts";
import { asFailure, type Channel, reopen, toError } from "./channel.ts";
import { createEngine, type WasmEngine } from "./engine.ts";
import { failureOf } from "./failure.ts";
import { instantiate } from "./instance.ts";
import type { EngineReady, EngineStart, Kind, Protocol } from "./messages.ts";

export class InlineChannel implements Channel {
  readonly #engine: Promise<WasmEngine>;
  #dead: SpineXRError | null = null;

  constructor(start: EngineStart) {
    this.#engine = open(start);
    this.#engine.catch(() => undefined); // ready() says it
  }

  async ready(): Promise<EngineReady> {
    return (await this.#engine).ready;
  }

  async request<K extends Kind>(kind: K, body: Protocol[K]["request"]): Promise<Protocol[K]["answer"]> {
    const { handlers } = await this.#engine;
    if (this.#dead !== null) throw reopen(this.#dead);
    try {
      return handlers[kind](body);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.fatal) this.fail(toError(failure));
      throw toError(failure);
    }
  }

  fail(cause: Error): void {
    this.#dead ??= asFailure(cause);
  }

  async terminate(): Promise<void> {}
}

async function open({ module, build, threads, isa }: EngineStart): Promise<WasmEngine> {
  try {
    return createEngine(await instantiate(module, createMemory(build), true), threads, isa);
  } catch (error) {
    throw toError(failureOf(error));
  }
}
