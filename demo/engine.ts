/** The package as a page imports it: the build puts dist/web/index.js in this place, as a file of its own. */
export type {
  BackendInfo,
  BackendReport,
  Finding,
  Manifest,
  Model,
  Network,
  ProgressEvent,
  Radiograph,
  ScreeningReport,
  StageTiming,
} from "../src/index.web.ts";
export { listBackends, loadModel, loadNetwork, readImage, VERSION } from "../src/index.web.ts";
