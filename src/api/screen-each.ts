/** Screening many pictures, however they are read: what screenAll() of all hosts does. */
import type { Radiograph } from "../image/radiograph.ts";
import { SpineXRError, throwIfAborted } from "./errors.ts";
import type { TimingDetail } from "./model.ts";
import { checkOptions, isFunction, isInteger, isOneOf, isSignal } from "./options.ts";
import type { ImageSource, ReadImageOptions } from "./read-image.ts";
import type { ScreeningReport } from "./results.ts";

export interface ScreenAllOptions {
  /** 0-based frame of multi-frame files. Default 0. */
  readonly frame?: number;
  /** Pictures in work at a time: one is read while another is prepared and a third is in the networks. Default 3. */
  readonly ahead?: number;
  /** As model.screen() takes it. */
  readonly timings?: TimingDetail;
  readonly signal?: AbortSignal;
  /** Called when a picture is done, in order. */
  readonly onProgress?: (progress: { readonly done: number; readonly failed: number }) => void;
}

/**
 * What became of one picture, `index` counting from 0 in the order given, with the picture for those who show it. A
 * failed one does not stop the others.
 */
export type ScreenOutcome<S> =
  | {
      readonly index: number;
      readonly source: S;
      readonly image: Radiograph;
      readonly report: ScreeningReport;
      readonly error: null;
    }
  | {
      readonly index: number;
      readonly source: S;
      readonly image: null;
      readonly report: null;
      readonly error: SpineXRError;
    };

export interface Screens {
  screen(
    image: Radiograph,
    options: { signal: AbortSignal; timings?: TimingDetail },
  ): Promise<ScreeningReport>;
}

export type ReadImage = (source: ImageSource, options: ReadImageOptions) => Promise<Radiograph>;

/**
 * Screens pictures one after another and yields what became of each, in order. At most `ahead` pictures are held at a
 * time, however many there are; `sources` is read no further than that. Leaving the loop early cancels what was begun.
 * @param sources whatever readImage() takes; may be an async iterable that never ends
 * @throws SpineXRError INVALID_ARGUMENT; ABORTED when the signal fires; DISPOSED
 */
export async function* screenEach<S extends ImageSource>(
  readImage: ReadImage,
  model: Screens,
  sources: Iterable<S> | AsyncIterable<S>,
  options: ScreenAllOptions = {},
): AsyncGenerator<ScreenOutcome<S>, void, undefined> {
  checkOptions("screenAll", options, {
    frame: isInteger(0, 65535),
    ahead: isInteger(1, 64),
    timings: isOneOf(["stages", "steps"]),
    signal: isSignal,
    onProgress: isFunction,
  });
  const { frame = 0, ahead = 3, timings, onProgress } = options;
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const begin = async (source: S, index: number): Promise<ScreenOutcome<S>> => {
    try {
      const image = await readImage(source, { frame, signal });
      return { index, source, image, report: await model.screen(image, { signal, timings }), error: null };
    } catch (error) {
      if (!(error instanceof SpineXRError) || error.code === "ABORTED" || error.code === "DISPOSED")
        throw error;
      return { index, source, image: null, report: null, error };
    }
  };
  const inWork: Promise<ScreenOutcome<S>>[] = [];
  let failed = 0;
  const finishOldest = async (): Promise<ScreenOutcome<S>> => {
    const outcome = await inWork[0]!;
    inWork.shift();
    if (outcome.error !== null) failed++;
    onProgress?.({ done: outcome.index + 1, failed });
    return outcome;
  };
  try {
    let index = 0;
    for await (const source of sources) {
      throwIfAborted(options.signal);
      const begun = begin(source, index++);
      begun.catch(() => {}); // looked at in order, perhaps much later
      inWork.push(begun);
      if (inWork.length >= ahead) yield await finishOldest();
    }
    while (inWork.length > 0) yield await finishOldest();
  } finally {
    stop.abort();
    await Promise.allSettled(inWork);
  }
}
