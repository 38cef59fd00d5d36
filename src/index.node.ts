/** The public face of spinexr in Node. */
export { listBackends } from "./api/list-backends.ts";
export { loadModel } from "./api/load-model.ts";
export { loadNetwork } from "./api/load-network.ts";
export { readImage } from "./api/read-image.ts";
export { screenAll } from "./api/screen-all.ts";
export * from "./index.common.ts";
