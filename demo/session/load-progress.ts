/** Progress of loading a model as a sentence and a share. */
import type { ProgressEvent } from "../engine.ts";
import { megabytes } from "../ui/format.ts";

export interface LoadProgress {
  readonly text: string;
  /** 0..1 of this step, null where nobody knows. */
  readonly share: number | null;
}

export function loadProgress(event: ProgressEvent): LoadProgress {
  switch (event.phase) {
    case "fetch": {
      const { file, loaded, total } = event;
      const of = total === null ? "" : ` of ${megabytes(total)}`;
      return {
        text: `Fetching ${file}, ${megabytes(loaded)}${of}`,
        share: total ? Math.min(1, loaded / total) : null,
      };
    }
    case "verify":
      return { text: `Checking ${event.file}`, share: null };
    case "compile":
      return {
        text: `Preparing ${event.file} (${event.index + 1} of ${event.count})`,
        share: event.index / event.count,
      };
    case "tune":
      return {
        text: `Measuring layers (${event.index + 1} of ${event.count})`,
        share: event.index / event.count,
      };
    case "self-test":
      return { text: "Checking the model's answer to a known picture", share: null };
    case "convert":
      return { text: `Converting ${event.file}`, share: event.total > 0 ? event.done / event.total : null };
  }
}
