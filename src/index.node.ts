/** The public face of spinexr in Node. */
export type { BackendChoice } from "./api/backend-choice.ts";
export { type ErrorCode, SpineXRError } from "./api/errors.ts";
export { type BackendInfo, listBackends } from "./api/list-backends.ts";
export { DEFAULT_MODEL, type LoadModelOptions, loadModel } from "./api/load-model.ts";
export { type LoadNetworkOptions, loadNetwork } from "./api/load-network.ts";
export type { DisplayOptions, Model, ScreenOptions, TimingDetail } from "./api/model.ts";
export type { Network, NetworkInput, RunOptions, RunProfile, StepTiming } from "./api/network.ts";
export type { OnProgress, ProgressEvent } from "./api/progress.ts";
export { type ImageDataLike, type ImageSource, type ReadImageOptions, readImage } from "./api/read-image.ts";
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
export { type ScreenAllOptions, type ScreenOutcome, screenAll } from "./api/screen-all.ts";
export type { Tensor, TensorArray, TensorInput, TensorType } from "./api/tensor.ts";
export type { TuningChoice } from "./api/tuning.ts";
export type { WasmSource } from "./backends/names.ts";
export type { Radiograph } from "./image/radiograph.ts";
export type { Manifest } from "./package/manifest.ts";
export type { ConvAlgorithm } from "./plan/conv-algorithm.ts";
export type { ConvSite } from "./plan/conv-site.ts";
export type { StepDescription } from "./plan/describe.ts";
export type { Traffic } from "./plan/traffic.ts";
export type { Algorithms, TuningReport } from "./tune/choices.ts";
export { memoryStore, type TuningStore } from "./tune/store.ts";
export { VERSION } from "./version.ts";
