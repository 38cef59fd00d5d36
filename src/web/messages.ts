/** What a page and its engine worker say to each other. Each request is answered once; the order is not kept. */
import type { ErrorCode } from "../api/errors.ts";
import type { LoadModelOptions } from "../api/load-model.ts";
import type { LoadNetworkOptions } from "../api/load-network.ts";
import type { Model } from "../api/model.ts";
import type { Network } from "../api/network.ts";
import type { ProgressEvent } from "../api/progress.ts";
import type { ImageSource, ReadImageOptions } from "../api/read-image.ts";
import type { BackendReport } from "../api/results.ts";
import type { TuningReport } from "../tune/choices.ts";

/** What the worker starts with. */
export interface HostStart {
  /** Of the page: times in answers are on its clock. */
  readonly timeOrigin: number;
}

/** What cannot be sent, and stays in the page. */
type Kept = "signal" | "onProgress" | "tuningStore";
/** Which of it there is. */
export interface Marks {
  readonly progress: boolean;
  readonly store: boolean;
}

export type Sent<O> = Omit<O, Kept> & { readonly tuningStore?: string };

/** What a run may change: sizes that are new bring tuned layers and steps on the core. */
export interface ObjectState {
  readonly backend: BackendReport;
  readonly tuning: TuningReport;
}

/** An object that lives in the worker. */
export interface ObjectFacts extends ObjectState {
  readonly object: number;
}
export interface ModelFacts extends ObjectFacts, Pick<Model, "manifest"> {}
export interface NetworkFacts extends ObjectFacts, Pick<Network, "inputs"> {}

/** Calls that make something or belong to nothing. */
export interface FreeCalls {
  loadModel(reference: string, options: Sent<LoadModelOptions>): ModelFacts;
  loadNetwork(source: Uint8Array | ArrayBuffer | string, options: Sent<LoadNetworkOptions>): NetworkFacts;
  readImage(source: ImageSource, options: Sent<ReadImageOptions>): unknown;
  listBackends(): unknown;
}

/** Methods of objects. Their answers come with the object's state. */
export type Method = "screen" | "classify" | "detect" | "display" | "run" | "profile" | "dispose";

export type Request =
  | {
      readonly id: number;
      readonly call: keyof FreeCalls;
      readonly args: readonly unknown[];
      readonly marks: Marks;
    }
  | {
      readonly id: number;
      readonly object: number;
      readonly method: Method;
      readonly args: readonly unknown[];
    }
  | { readonly id: number; readonly abort: true }
  /** What the page's store said to question `ask`; null also where it failed to write or read, with the sentence. */
  | {
      readonly id: number;
      readonly ask: number;
      readonly text: string | null;
      readonly problem: string | null;
    };

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

export type Answer =
  | { readonly id: number; readonly value: unknown; readonly state: ObjectState | null }
  | { readonly id: number; readonly failure: Failure }
  | { readonly id: number; readonly progress: ProgressEvent }
  /** The page's TuningStore is asked; `text` is what to write, null reads. */
  | { readonly id: number; readonly ask: number; readonly name: string; readonly text: string | null };
