/** A Network whose engine is in the worker. */
import { SpineXRError } from "../api/errors.ts";
import type { Network, NetworkInput, RunOptions, RunProfile } from "../api/network.ts";
import type { BackendReport } from "../api/results.ts";
import type { Tensor, TensorInput } from "../api/tensor.ts";
import type { TuningReport } from "../tune/choices.ts";
import type { Connection } from "./connection.ts";
import type { Method, NetworkFacts } from "./messages.ts";
import { pack } from "./options.ts";
import { compact } from "./transfer.ts";

type Inputs = Readonly<Record<string, TensorInput>>;

export class RemoteNetwork implements Network {
  readonly inputs: readonly NetworkInput[];
  readonly backend: BackendReport;
  readonly #connection: Connection;
  readonly #object: number;
  #tuning: TuningReport;
  #disposed: Promise<void> | null = null;

  constructor(connection: Connection, { object, inputs, backend, tuning }: NetworkFacts) {
    this.#connection = connection;
    this.#object = object;
    this.inputs = inputs;
    this.backend = backend;
    this.#tuning = tuning;
  }

  get tuning(): TuningReport {
    return this.#tuning;
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
    this.#disposed ??= (async () => {
      if (!this.#connection.dead)
        await this.#connection.method(this.#object, "dispose", []).catch((error) => {
          if (!this.#connection.dead) throw error;
        });
    })();
    return this.#disposed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #call(method: Method, inputs: Inputs, options: RunOptions): Promise<unknown> {
    if (this.#disposed !== null)
      throw new SpineXRError(
        "DISPOSED",
        "This network was used after dispose(); load it again with loadNetwork().",
      );
    const { plain, live } = pack(`network.${method}`, options);
    const { value, tuning } = await this.#connection.method(
      this.#object,
      method,
      [compact(inputs), plain],
      live,
    );
    if (tuning !== null) this.#tuning = tuning;
    return value;
  }
}
