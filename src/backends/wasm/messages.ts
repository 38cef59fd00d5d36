/** What main thread and engine worker say to each other. Every request is answered once, in order. */
import type { ErrorCode } from "../../api/errors.ts";
import type { PortData, Samples } from "../core.ts";
import type { BoxCall, DisplayCall, DriverRun, InputsCall, OutputSpec, ResizeCall } from "../driver.ts";
import type { WasmBuild } from "./builds.ts";

/** What the engine worker starts with. */
export interface EngineStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory | null; // null: the worker makes its own, unshared
  readonly build: WasmBuild;
  readonly threads: number;
  readonly isa: string;
}

/** What a pool worker starts with: its stack and thread-local block lie in the memory, allocated by the engine worker. */
export interface PoolStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly engine: number;
  readonly index: number;
  readonly stackTop: number;
  readonly tls: number;
}

export interface EngineReady {
  readonly engine: number;
  readonly isa: string;
  readonly threads: number;
  /** Address of the int32 that ends a run. */
  readonly abort: number;
  readonly pool: readonly Pick<PoolStart, "index" | "stackTop" | "tls">[];
}

/** Requests and their answers, by kind. */
export interface Protocol {
  createWeights: { request: Record<string, never>; answer: { weights: number } };
  weightsBytes: { request: { weights: number }; answer: number };
  destroyWeights: { request: { weights: number }; answer: null };
  /** weights 0: none. An answer of session 0: the weights lack a constant that the plan leaves out. */
  createSession: {
    request: {
      weights: number;
      plan: Uint8Array;
      parts: readonly { offset: number; bytes: Uint8Array }[];
      constantBytes: number;
    };
    answer: { session: number; bytes: number };
  };
  run: {
    request: {
      session: number;
      inputs: readonly PortData[];
      outputs: readonly OutputSpec[];
      profile: boolean;
    };
    answer: DriverRun;
  };
  destroySession: { request: { session: number }; answer: null };
  display: { request: DisplayCall; answer: { pixels: Uint8Array; conversion: number } };
  resize: { request: ResizeCall; answer: Uint8Array };
  /** The answer has the request's arrays: their memory goes both ways. */
  inputs: {
    request: InputsCall;
    answer: { samples: Samples; tensors: Float32Array[]; conversion: number };
  };
  boxes: { request: BoxCall; answer: PortData[] };
  close: { request: Record<string, never>; answer: null };
}

export type Kind = keyof Protocol;

export type Request = {
  [K in Kind]: { readonly id: number; readonly kind: K; readonly body: Protocol[K]["request"] };
}[Kind];

/** fatal: the module trapped; nothing it holds can be trusted any more. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fatal: boolean;
}

/** Answers, and (id 0) the end of the start. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure };

/** The buffers of freshly made arrays, to be moved instead of copied. */
export const buffersOf = (...views: readonly ArrayBufferView[]): ArrayBuffer[] => [
  ...new Set(views.map((view) => view.buffer as ArrayBuffer)),
];
