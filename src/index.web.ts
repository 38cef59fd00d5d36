/** The public face of spinexr in browsers: the same names as in Node. */
export * from "./index.common.ts";
export { listBackends, loadModel, loadNetwork, readImage, screenAll } from "./web/api.ts";
