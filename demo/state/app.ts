/** What the page knows. */
import type { BackendInfo, BackendReport, Manifest, ScreeningReport } from "../engine.ts";
import { Store } from "./store.ts";

export interface Failure {
  readonly code: string;
  readonly message: string;
}

export type Status = "waiting" | "working" | "done" | "failed" | "stopped";

/** One picture of the worklist. */
export interface Item {
  readonly id: number;
  readonly name: string;
  readonly source: Blob;
  readonly status: Status;
  readonly report: ScreeningReport | null;
  readonly failure: Failure | null;
}

/** What the user asks of the engine. */
export interface Choice {
  readonly backend: string;
  readonly threads: number | "auto";
  readonly wasmBuild: string;
  readonly precision: "fp32" | "fp16";
}

export type EngineState =
  | { readonly phase: "waiting" }
  /** share: 0..1, null where nobody knows. */
  | { readonly phase: "loading"; readonly text: string; readonly share: number | null }
  | {
      readonly phase: "ready";
      readonly backend: BackendReport;
      readonly manifest: Manifest;
      readonly loadMs: number;
    }
  | { readonly phase: "failed"; readonly failure: Failure }
  | { readonly phase: "stopped" };

/** Which findings are shown. */
export interface Sieve {
  /** null: as the package's thresholds and rule decide; else all from this score on. */
  readonly least: number | null;
  /** Also what the rule dropped. */
  readonly dropped: boolean;
}

export interface Heat {
  readonly on: boolean;
  /** 0..1 */
  readonly opacity: number;
}

export interface AppState {
  readonly items: readonly Item[];
  readonly selected: number | null;
  readonly abnormalFirst: boolean;
  readonly choice: Choice;
  readonly engine: EngineState;
  readonly backends: readonly BackendInfo[];
  /** Labels of the last model's detector, in class order. */
  readonly classes: readonly string[];
  readonly sieve: Sieve;
  readonly boxes: boolean;
  readonly labels: boolean;
  readonly heat: Heat;
  /** Position of the finding in what is shown. */
  readonly highlighted: number | null;
}

export type AppStore = Store<AppState>;

export const createApp = (): AppStore =>
  new Store<AppState>({
    items: [],
    selected: null,
    abnormalFirst: false,
    choice: { backend: "auto", threads: "auto", wasmBuild: "auto", precision: "fp32" },
    engine: { phase: "waiting" },
    backends: [],
    classes: [],
    sieve: { least: null, dropped: false },
    boxes: true,
    labels: true,
    heat: { on: false, opacity: 0.5 },
    highlighted: null,
  });

export const selectedItem = ({ items, selected }: AppState): Item | null =>
  items.find(({ id }) => id === selected) ?? null;

/** The report that is looked at. */
export const shownReport = (state: AppState): ScreeningReport | null => selectedItem(state)?.report ?? null;
