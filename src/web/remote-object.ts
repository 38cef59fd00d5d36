/** What a page holds of something in its worker: the calls to it, and how to make it again when the worker is lost. */
import { SpineXRError } from "../api/errors.ts";
import type { TuningReport } from "../tune/choices.ts";
import type { Connection, Live } from "./connection.ts";
import type { Method, ObjectFacts } from "./messages.ts";

export interface Opened<F extends ObjectFacts> {
  readonly connection: Connection;
  readonly facts: F;
}

export class RemoteObject<F extends ObjectFacts> {
  readonly #kind: "model" | "network";
  readonly #reopen: (() => Promise<Opened<F>>) | null;
  #opened: Opened<F>;
  #tuning: TuningReport;
  /** It failed in a way after which nothing in it can be trusted. */
  #broken = false;
  #opening: Promise<void> | null = null;
  #disposed: Promise<void> | null = null;

  /** @param reopen loads the same again; null: that cannot be done */
  constructor(kind: "model" | "network", opened: Opened<F>, reopen: (() => Promise<Opened<F>>) | null) {
    this.#kind = kind;
    this.#opened = opened;
    this.#tuning = opened.facts.tuning;
    this.#reopen = reopen;
  }

  /** Of what is in use now. */
  get facts(): F {
    return this.#opened.facts;
  }

  get tuning(): TuningReport {
    return this.#tuning;
  }

  /** @throws SpineXRError as the method; INTERNAL where the worker was lost: the next call loads it again, if that can be done */
  async call(method: Method, args: readonly unknown[], live: Live): Promise<unknown> {
    this.#check();
    if (this.#reopen !== null && (this.#broken || this.#opened.connection.dead))
      await this.#revive(this.#reopen);
    const { connection, facts } = this.#opened;
    try {
      const { value, tuning } = await connection.method(facts.object, method, args, live);
      if (tuning !== null && connection === this.#opened.connection) this.#tuning = tuning;
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
        this.#tuning = this.#opened.facts.tuning;
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
