/** Times of convolutions on one backend: from the store, measured where they are missing, and what follows from them. */
import { SpineXRError } from "../api/errors.ts";
import type { OnProgress } from "../api/progress.ts";
import { SerialQueue } from "../backends/serial-queue.ts";
import { type ConvAlgorithm, chooseConvAlgorithm } from "../plan/conv-algorithm.ts";
import type { ConvSite } from "../plan/conv-site.ts";
import { cacheName, type Entries, type Environment, formatCache, parseCache } from "./cache.ts";
import { candidates, fastest, siteKey, type Times } from "./candidates.ts";
import type { Measure } from "./measure.ts";
import type { TuningStore } from "./store.ts";

/**
 * cached: what the store has counts, nothing is measured or written. measure: what it lacks is measured and kept.
 * remeasure: everything is measured, once.
 */
export type TuneMode = "cached" | "measure" | "remeasure";

export interface TunerSettings {
  readonly mode: TuneMode;
  readonly environment: Environment;
  readonly store: TuningStore;
  readonly measure: Measure;
  readonly onProgress?: OnProgress;
}

export class Tuner {
  readonly mode: TuneMode;
  /** Sentences: what is wrong with the store. Networks run all the same. */
  readonly warnings: string[] = [];
  readonly #settings: TunerSettings;
  /** Plans of several networks ask at once; they measure one after another. */
  readonly #queue = new SerialQueue();
  readonly #times = new Map<string, Times>();
  /** What cannot be measured here. */
  readonly #hopeless = new Set<string>();
  #read = false;

  constructor(settings: TunerSettings) {
    this.#settings = settings;
    this.mode = settings.mode;
  }

  /**
   * Gets the times of these convolutions ready. What was measured before the signal fires is kept.
   * @throws SpineXRError ABORTED, and what a run of the backend throws
   */
  prepare(sites: readonly ConvSite[], signal?: AbortSignal): Promise<void> {
    return this.#queue.add(async () => {
      if (!this.#read) for (const [layer, ms] of await this.#stored()) this.#times.set(layer, ms);
      if (!this.#read && this.mode === "remeasure") this.#times.clear();
      this.#read = true;
      if (this.mode === "cached") return;
      const missing = new Map<string, ConvSite>();
      for (const site of sites) {
        const key = siteKey(site);
        // Of equal convolutions the one with the most candidates is measured: in its times the others find theirs.
        const known = missing.get(key);
        if (!this.#lacks(site, key)) continue;
        if (known === undefined || candidates(known).length < candidates(site).length) missing.set(key, site);
      }
      await this.#measure(missing, signal);
    });
  }

  /** What was measured of a convolution; null: nothing, or there is nothing to choose among. */
  times(site: ConvSite): Times | null {
    if (candidates(site).length < 2) return null;
    return this.#times.get(siteKey(site)) ?? null;
  }

  #lacks(site: ConvSite, key: string): boolean {
    const wanted = candidates(site);
    const times = this.#times.get(key);
    if (wanted.length < 2 || this.#hopeless.has(key)) return false;
    return times === undefined || wanted.some((algorithm) => times[algorithm] === undefined);
  }

  async #measure(missing: ReadonlyMap<string, ConvSite>, signal?: AbortSignal): Promise<void> {
    const { onProgress } = this.#settings;
    const fresh = new Map<string, Times>();
    try {
      for (const [index, [key, site]] of [...missing].entries()) {
        onProgress?.({ phase: "tune", layer: site.name, index, count: missing.size });
        const times = await this.#confirmed(site, signal);
        if (times === null) this.#hopeless.add(key);
        else fresh.set(key, rounded(times));
      }
    } finally {
      for (const [key, times] of fresh) this.#times.set(key, times);
      if (fresh.size > 0) await this.#keep(fresh);
    }
  }

  /**
   * Who is to replace the cost model's choice has to win twice, in other memory, by the less favourable times: where
   * weights and maps come to lie alone makes differences of several percent.
   */
  async #confirmed(site: ConvSite, signal?: AbortSignal): Promise<Times | null> {
    const { measure } = this.#settings;
    const among = candidates(site);
    const usual = chooseConvAlgorithm(site);
    const first = await measure(site, among, signal);
    if (first === null || fastest(first, among, usual) === usual) return first;
    const second = await measure(site, among, signal);
    if (second === null) return first;
    const both = (algorithm: ConvAlgorithm): [number, number] => [
      first[algorithm] as number,
      second[algorithm] as number,
    ];
    return Object.fromEntries(
      among.map((name) => [name, name === usual ? Math.min(...both(name)) : Math.max(...both(name))]),
    );
  }

  async #stored(): Promise<Entries> {
    const { environment, store } = this.#settings;
    const name = cacheName(environment);
    try {
      const text = await store.read(name);
      if (text === null) return new Map();
      const entries = parseCache(text, environment);
      if (!("problem" in entries)) return entries;
      this.#warn(`The tuning cache ${name} was ignored: ${entries.problem}.`);
    } catch (error) {
      this.#warn(`The tuning cache ${name} cannot be read: ${reason(error)}`);
    }
    return new Map();
  }

  /** Adds to what the store has by now: another process may have measured meanwhile. */
  async #keep(fresh: Entries): Promise<void> {
    const { environment, store } = this.#settings;
    const entries = new Map(await this.#stored());
    for (const [key, times] of fresh) {
      entries.delete(key);
      entries.set(key, times);
    }
    try {
      await store.write(cacheName(environment), formatCache(environment, entries));
    } catch (error) {
      this.#warn(`What was measured could not be kept: ${reason(error)}`);
    }
  }

  #warn(sentence: string): void {
    if (!this.warnings.includes(sentence)) this.warnings.push(sentence);
  }
}

/** As they are kept, so that whoever reads them decides alike. */
const rounded = (times: Times): Times =>
  Object.fromEntries(Object.entries(times).map(([algorithm, ms]) => [algorithm, Number(ms.toPrecision(4))]));

const reason = (error: unknown): string =>
  error instanceof SpineXRError || error instanceof Error ? error.message : String(error);
