/** The engine: in its worker, or for `worker: false` on the page's own thread. */
export { listBackends } from "../api/list-backends.ts";
export { loadModel } from "../api/load-model.ts";
export { loadNetwork } from "../api/load-network.ts";
export { readImage } from "../api/read-image.ts";
