/** The functions of the package in a page: each asks the worker, or for `worker: false` the engine on this thread. */
import type { BackendInfo } from "../api/list-backends.ts";
import type { LoadModelOptions } from "../api/load-model.ts";
import type { LoadNetworkOptions } from "../api/load-network.ts";
import type { Model } from "../api/model.ts";
import type { Network } from "../api/network.ts";
import type { ImageSource, ReadImageOptions } from "../api/read-image.ts";
import { type ScreenAllOptions, type ScreenOutcome, type Screens, screenEach } from "../api/screen-each.ts";
import type { Radiograph } from "../image/radiograph.ts";
import { DEFAULT_MODEL } from "../package/default.ts";
import { drawnPixels } from "../platform/web/drawn.ts";
import { connection, type Live } from "./connection.ts";
import { pack, whole } from "./options.ts";
import { RemoteModel } from "./remote-model.ts";
import { RemoteNetwork } from "./remote-network.ts";
import { RemoteObject } from "./remote-object.ts";
import { compact } from "./transfer.ts";

const engine = () => import("./engine.ts");

/**
 * @param reference address of a package folder or .zip, relative to the page, or the name of a package shipped with spinexr.
 *   Files of a folder are kept in the browser, so that the page works offline afterwards.
 * @throws SpineXRError as in Node
 */
export async function loadModel(
  reference: string | URL = DEFAULT_MODEL,
  options: LoadModelOptions = {},
): Promise<Model> {
  const address = typeof reference === "string" && !/[./]/.test(reference) ? reference : whole(reference);
  const here = options?.worker === false;
  const { plain, live } = pack("loadModel", here ? { ...options, algorithms: undefined } : options);
  if (here) return (await engine()).loadModel(address as string, { ...options, wasm: plain.wasm });
  const open = async (during: Live) => {
    const worker = connection();
    const facts = await worker.call("loadModel", [address as string, plain], during);
    return { connection: worker, facts };
  };
  return new RemoteModel(new RemoteObject("model", await open(live), () => open({ store: live.store })));
}

/**
 * @param source ONNX bytes, or an address relative to the page
 * @throws SpineXRError as in Node
 */
export async function loadNetwork(
  source: Uint8Array | ArrayBuffer | string | URL,
  options: LoadNetworkOptions = {},
): Promise<Network> {
  const given = whole(source) as Uint8Array | ArrayBuffer | string;
  const here = options?.worker === false;
  const { plain, live } = pack("loadNetwork", here ? { ...options, algorithms: undefined } : options);
  if (here) return (await engine()).loadNetwork(given, { ...options, wasm: plain.wasm });
  const open = async (during: Live) => {
    const worker = connection();
    const facts = await worker.call("loadNetwork", [compact(given) as Uint8Array, plain], during);
    return { connection: worker, facts };
  };
  const reopen = typeof given === "string" ? () => open({ store: live.store }) : null;
  return new RemoteNetwork(new RemoteObject("network", await open(live), reopen));
}

/**
 * Reads a DICOM, PNG or JPEG picture, ImageData, ImageBitmap, canvas, or raw samples, in the worker unless told otherwise. The format is recognised by
 * content, never by name.
 * @param source File, Blob, bytes, address relative to the page, ImageData, ImageBitmap or canvas
 * @throws SpineXRError with a code that says what is wrong with the file
 */
export async function readImage(source: ImageSource, options: ReadImageOptions = {}): Promise<Radiograph> {
  const { plain, live } = pack("readImage", options);
  if (options.worker === false) return (await engine()).readImage(whole(source), options);
  const given = compact(drawnPixels(source) ?? whole(source)) as ImageSource;
  return (await connection().call("readImage", [given, plain], live)) as Radiograph;
}

/** As in Node. Pictures are read where the model's engine is. */
export const screenAll = <S extends ImageSource>(
  model: Screens,
  sources: Iterable<S> | AsyncIterable<S>,
  options: ScreenAllOptions = {},
): AsyncGenerator<ScreenOutcome<S>, void, undefined> =>
  screenEach(
    (source, reading) => readImage(source, { ...reading, worker: model instanceof RemoteModel }),
    model,
    sources,
    options,
  );

/** What runs in this browser, and why the rest does not. */
export const listBackends = async (): Promise<BackendInfo[]> =>
  (await connection().call("listBackends", [])) as BackendInfo[];
