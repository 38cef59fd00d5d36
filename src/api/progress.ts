/** Events of long work: `onProgress(event)`. Switch on `phase`. */
export type ProgressEvent =
  | { readonly phase: "fetch"; readonly file: string; readonly loaded: number; readonly total: number | null }
  | { readonly phase: "verify"; readonly file: string }
  | { readonly phase: "compile"; readonly file: string; readonly index: number; readonly count: number }
  | { readonly phase: "tune"; readonly layer: string; readonly index: number; readonly count: number }
  | { readonly phase: "self-test" }
  | { readonly phase: "convert"; readonly file: string; readonly done: number; readonly total: number };

export type OnProgress = (event: ProgressEvent) => void;
