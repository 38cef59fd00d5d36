/** What a page holds of something in its worker: the calls to it, and how to make it again when the worker is lost. */
import { SpineXRError } from "../api/errors.ts";
import type { Connection, Live } from "./connection.ts";
import type { Method, ObjectFacts, ObjectState } from "./messages.ts";

export interface Opened<F extends ObjectFacts> {
  readonly connection: Connection;
  readonly facts: F;
}

export class RemoteObject<F extends ObjectFacts> {
  readonly #kind: "model" | "network";
  readonly #reopen: (() => Promise<Opened<F>>) | null;
  #opened: Opened<F>;
  #state: ObjectState;
  /** It failed in a way after which nothing in it can be trusted. */
  #broken = false;
  #opening: Promise<void> | null = null;
  #disposed: Promise<void> | null = null;

  /** @param reopen loads the same again; null: that cannot be done */
  constructor(kind: "model" | "network", opened: Opened<F>, reopen: (() => Promise<Opened<F>>) | null) {
    this.#kind = kind;
    this.#opened = opened;
    this.#state = opened.facts;
    this.#reopen = reopen;
  }

  /** Of what is in use now. */
  get facts(): F {
    return this.#opened.facts;
  }

  /** As of the last call. */
  get state(): ObjectState {
    return this.#state;
  }

  /** @throws SpineXRError as the method; INTERNAL where the worker was lost: the next call loads it again, if that can be done */
  async call(method: Method, args: readonly unknown[], live: Live): Promise<unknown> {
    this.#check();
    if (this.#reopen !== null && (this.#broken || this.#opened.connection.dead))
      await this.#revive(this.#reopen);
    const { connection, facts } = this.#opened;
    try {
      const { value, state } = await connection.method(facts.object, method, args, live);
      if (state !== null && connection === this.#opened.connection) this.#state = state;
      return value;
    } catch (error) {
      const inner = error instanceof SpineXRError && error.code === "INTERNAL";
      if (inner && facts === this.#opened.facts) this.#broken = true;
      throw error;
    }
  }

  dispose(): Promise<void> {
    this.#disposed ??= (async () => {
      await this.#opening?.catch(() => undefined);
      await this.#drop();
    })();
    return this.#disposed;
  }

  #check(): void {
    if (this.#disposed === null) return;
    const again = this.#kind === "model" ? "loadModel()" : "loadNetwork()";
    throw new SpineXRError(
      "DISPOSED",
      `This ${this.#kind} was used after dispose(); load it again with ${again}.`,
    );
  }

  /** Once for all calls that wait for it. */
  async #revive(reopen: () => Promise<Opened<F>>): Promise<void> {
    this.#opening ??= (async () => {
      try {
        await this.#drop().catch(() => undefined); // what is left of a broken one
        this.#opened = await reopen();
        this.#state = this.#opened.facts;
        this.#broken = false;
      } finally {
        this.#opening = null;
      }
    })();
    await this.#opening;
    this.#check();
  }

  async #drop(): Promise<void> {
    const { connection, facts } = this.#opened;
    if (connection.dead) return;
    await connection.method(facts.object, "dispose", []).catch((error) => {
      if (!connection.dead) throw error;
    });
  }
}
