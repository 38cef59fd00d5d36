/** What Node and browsers have in common of the public face: all but the functions that reach the engine. */
export type { BackendChoice } from "./api/backend-choice.ts";
export { type ErrorCode, SpineXRError } from "./api/errors.ts";
export type { BackendInfo } from "./api/list-backends.ts";
export type { LoadModelOptions } from "./api/load-model.ts";
export type { LoadNetworkOptions } from "./api/load-network.ts";
export type { DisplayOptions, Model, ScreenOptions, TimingDetail } from "./api/model.ts";
export type { Network, NetworkInput, RunOptions, RunProfile, StepTiming } from "./api/network.ts";
export type { OnProgress, ProgressEvent } from "./api/progress.ts";
export type { ImageDataLike, ImageSource, ReadImageOptions } from "./api/read-image.ts";
export type {
  Abnormality,
  BackendReport,
  Finding,
  MemberScore,
  Provenance,
  ScreeningReport,
  StageTiming,
  Timings,
} from "./api/results.ts";
export type { ScreenAllOptions, ScreenOutcome } from "./api/screen-each.ts";
export type { Tensor, TensorArray, TensorInput, TensorType } from "./api/tensor.ts";
export type { TuningChoice } from "./api/tuning.ts";
export type { WasmSource } from "./backends/names.ts";
export type { Radiograph } from "./image/radiograph.ts";
export { DEFAULT_MODEL } from "./package/default.ts";
export type { Manifest } from "./package/manifest.ts";
export type { ConvAlgorithm } from "./plan/conv-algorithm.ts";
export type { ConvSite } from "./plan/conv-site.ts";
export type { StepDescription } from "./plan/describe.ts";
export type { Traffic } from "./plan/traffic.ts";
export type { Algorithms, TuningReport } from "./tune/choices.ts";
export { memoryStore, type TuningStore } from "./tune/store.ts";
export { VERSION } from "./version.ts";
