/** Screening many pictures: reading, preprocessing and inference of neighbours overlap, memory stays bounded. */
import { type ImageSource, readImage } from "./read-image.ts";
import { type ScreenAllOptions, type ScreenOutcome, type Screens, screenEach } from "./screen-each.ts";

export type { ScreenAllOptions, ScreenOutcome } from "./screen-each.ts";

/**
 * Screens pictures one after another and yields what became of each, in order. At most `ahead` pictures are held at a
 * time, however many there are; `sources` is read no further than that. Leaving the loop early cancels what was begun.
 * @param sources whatever readImage() takes; may be an async iterable that never ends
 * @throws SpineXRError INVALID_ARGUMENT; ABORTED when the signal fires; DISPOSED
 */
export const screenAll = <S extends ImageSource>(
  model: Screens,
  sources: Iterable<S> | AsyncIterable<S>,
  options: ScreenAllOptions = {},
): AsyncGenerator<ScreenOutcome<S>, void, undefined> => screenEach(readImage, model, sources, options);
