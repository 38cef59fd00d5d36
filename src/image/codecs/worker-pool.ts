/**
 * Codecs in disposable threads. One that overruns its time, fails or dies is thrown away; one that answered is kept warm
 * for a few seconds. Idle threads do not keep the process alive.
 */
import { SpineXRError, throwIfAborted } from "../../api/errors.ts";
import { releaseTimer } from "../../platform/pause.ts";
import { spawnWorker, type WorkerHandle } from "../../platform/workers.ts";
import type { DecodeAnswer, Decoded, DecodeJob } from "./codec.ts";

const MAX_WORKERS = 4;
const START_MS = 10_000;
const IDLE_MS = 5_000;

export interface DecodeOptions {
  readonly budgetMs: number;
  readonly signal?: AbortSignal;
}

let running = 0;
const waiting: (() => void)[] = [];
let warm: { codec: CodecThread; timer: ReturnType<typeof setTimeout> } | null = null;

/** @throws SpineXRError DECODE_FAILED, TRUNCATED_DATA, UNSUPPORTED_PIXELS, LIMIT_EXCEEDED (time), ABORTED */
export async function decodeInWorker(job: DecodeJob, { budgetMs, signal }: DecodeOptions): Promise<Decoded> {
  while (running >= MAX_WORKERS) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  const codec = takeWarm() ?? new CodecThread();
  let answer: DecodeAnswer | null = null;
  try {
    throwIfAborted(signal);
    await codec.started;
    answer = await codec.decode(job, budgetMs, signal);
  } finally {
    running--;
    waiting.shift()?.();
    if (answer?.ok) keepWarm(codec);
    else codec.end();
  }
  if (answer.ok) return answer.decoded;
  throw new SpineXRError(answer.code, answer.message);
}

function takeWarm(): CodecThread | null {
  if (warm === null) return null;
  const { codec, timer } = warm;
  warm = null;
  clearTimeout(timer);
  return codec.alive ? codec : null;
}

function keepWarm(codec: CodecThread): void {
  if (warm !== null) {
    codec.end();
    return;
  }
  const timer = setTimeout(() => {
    warm = null;
    codec.end();
  }, IDLE_MS);
  releaseTimer(timer);
  warm = { codec, timer };
}

class CodecThread {
  alive = true;
  /** The thread has said that it is ready. */
  readonly started: Promise<unknown>;
  readonly #handle: WorkerHandle;
  /** It has said something. */
  #begun = false;
  #settle: { resolve(message: unknown): void; reject(error: unknown): void } | null = null;

  constructor() {
    this.#handle = spawnWorker("image/codecs/worker", null, {
      message: (message) => {
        this.#begun = true;
        this.#settle?.resolve(message);
      },
      gone: (cause) => {
        this.alive = false;
        this.#settle?.reject(this.#begun ? crashed(cause) : notStarted(cause));
      },
    });
    const late = new SpineXRError("INTERNAL", `The codec thread did not start within ${START_MS} ms.`);
    this.started = this.#answer(START_MS, late);
  }

  decode(job: DecodeJob, budgetMs: number, signal: AbortSignal | undefined): Promise<DecodeAnswer> {
    const late = new SpineXRError(
      "LIMIT_EXCEEDED",
      `Decoding the picture took longer than ${Math.round(budgetMs)} ms; the data is damaged, or ` +
        "limits.decodeMs is too low for this machine.",
    );
    // A copy of its own: the caller's buffer must not be transferred away.
    const bytes = job.bytes.slice();
    this.#handle.post({ ...job, bytes }, [bytes.buffer]);
    return this.#answer(budgetMs, late, signal) as Promise<DecodeAnswer>;
  }

  end(): void {
    this.alive = false;
    void this.#handle.terminate();
  }

  /** The thread's next message, within the time and while the signal has not fired. */
  async #answer(budgetMs: number, late: SpineXRError, signal?: AbortSignal): Promise<unknown> {
    this.#handle.setReferenced(true);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let onAbort = () => {};
    try {
      return await new Promise((resolve, reject) => {
        this.#settle = { resolve, reject };
        timer = setTimeout(() => reject(late), budgetMs);
        onAbort = () => reject(aborted(signal));
        signal?.addEventListener("abort", onAbort);
      });
    } finally {
      this.#settle = null;
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      this.#handle.setReferenced(false);
    }
  }
}

const crashed = (cause: Error): SpineXRError =>
  new SpineXRError("DECODE_FAILED", `The codec crashed (${cause.message}); the data is damaged.`, { cause });

const notStarted = (cause: Error): SpineXRError =>
  new SpineXRError(
    "INTERNAL",
    `The codec thread does not start (${cause.message}); in browsers it is dist/web/codec-worker.js, which must be reachable.`,
    { cause },
  );

function aborted(signal: AbortSignal | undefined): SpineXRError {
  return new SpineXRError("ABORTED", "The operation was cancelled by its AbortSignal.", {
    cause: signal?.reason,
  });
}
