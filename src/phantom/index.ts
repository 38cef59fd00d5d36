/** Synthetic spine radiographs with known lesions. */

export type { LesionClass } from "../vindr-spinexr.ts";
export { ANNOTATION_HEADER, annotationRows } from "./annotations.ts";
export { phantomDicom } from "./file.ts";
export { type EncodeSamples, loadJpegLs } from "./jpeg-ls.ts";
export type { PlacedLesion } from "./lesions/box.ts";
export { type PhantomKey, type PhantomPlan, planPhantom, type Split } from "./plan.ts";
export { type ProduceOptions, producePhantoms } from "./produce.ts";
export { renderPhantom } from "./render.ts";
