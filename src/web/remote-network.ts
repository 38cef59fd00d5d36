/** A Network whose engine is in the worker. */
import type { Network, NetworkInput, RunOptions, RunProfile } from "../api/network.ts";
import type { BackendReport } from "../api/results.ts";
import type { Tensor, TensorInput } from "../api/tensor.ts";
import type { TuningReport } from "../tune/choices.ts";
import type { Method, NetworkFacts } from "./messages.ts";
import { pack } from "./options.ts";
import type { RemoteObject } from "./remote-object.ts";
import { compact } from "./transfer.ts";

type Inputs = Readonly<Record<string, TensorInput>>;

export class RemoteNetwork implements Network {
  readonly #object: RemoteObject<NetworkFacts>;

  constructor(object: RemoteObject<NetworkFacts>) {
    this.#object = object;
  }

  get inputs(): readonly NetworkInput[] {
    return this.#object.facts.inputs;
  }

  get backend(): BackendReport {
    return this.#object.state.backend;
  }

  get tuning(): TuningReport {
    return this.#object.state.tuning;
  }

  run(inputs: Inputs, options: RunOptions = {}): Promise<Record<string, Tensor>> {
    return this.#call("run", inputs, options) as Promise<Record<string, Tensor>>;
  }

  profile(
    inputs: Inputs,
    options: RunOptions = {},
  ): Promise<RunProfile & { readonly outputs: Record<string, Tensor> }> {
    return this.#call("profile", inputs, options) as ReturnType<Network["profile"]>;
  }

  dispose(): Promise<void> {
    return this.#object.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #call(method: Method, inputs: Inputs, options: RunOptions): Promise<unknown> {
    const { plain, live } = pack(`network.${method}`, options);
    return this.#object.call(method, [compact(inputs), plain], live);
  }
}
