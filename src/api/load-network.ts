/** loadNetwork(): ONNX bytes to a Network. */

import { BACKEND_CHOICES, BACKEND_NAMES, type BackendChoiceName } from "../backends/names.ts";
import { loadOrtNetwork } from "../backends/ort/delegate.ts";
import { openBackend } from "../backends/select.ts";
import { parseModel } from "../onnx/import.ts";
import { readBytes } from "../platform/files.ts";
import { openStored } from "../platform/stored-file.ts";
import { type Algorithms, ConvChoices } from "../tune/choices.ts";
import { BACKEND_CHECKS, type BackendChoice, selectionOf } from "./backend-choice.ts";
import { SpineXRError, throwIfAborted } from "./errors.ts";
import { EngineNetwork, type Network } from "./network.ts";
import { checkOptions, isBoolean, isFunction, isOneOf, isSignal } from "./options.ts";
import type { OnProgress } from "./progress.ts";
import { isAlgorithms, openTuner, tuneMode } from "./tuning.ts";

export interface LoadNetworkOptions extends Omit<BackendChoice, "backend"> {
  /** As above; "ort" runs the whole network on onnxruntime-web. */
  readonly backend?: BackendChoiceName | "ort";
  /**
   * Whether a network with operators outside our set may go to onnxruntime-web. Default: only when `backend` is
   * "auto", so that a named backend never falls back.
   */
  readonly delegate?: boolean;
  /** false runs the network as imported, without fusion: for comparing. Default true. */
  readonly optimize?: boolean;
  /**
   * Algorithms of convolutions, by the name of the layer or by a function of it: before measurements and cost model. One that
   * does not fit a layer, or whose rounding would reach the answer, is refused with INVALID_ALGORITHM when a plan is made.
   */
  readonly algorithms?: Algorithms;
  readonly signal?: AbortSignal;
  /** Of measuring, when plans are made. */
  readonly onProgress?: OnProgress;
}

/**
 * @param source ONNX bytes, which nobody may write to from now on, or the path or URL of a file. Large weights of a local
 *   file are read when the first run needs them and not kept: it stays open until dispose() and must not change.
 * Plans, and with `tune` measurements, are made when inputs of new shapes come.
 * @throws SpineXRError INVALID_ONNX, UNSUPPORTED_OPERATOR (with all of them), BACKEND_UNAVAILABLE, INVALID_ARGUMENT,
 *   FILE_NOT_FOUND, FILE_UNREADABLE, FILE_CHANGED (a later run may throw it, too)
 */
export async function loadNetwork(
  source: Uint8Array | ArrayBuffer | string | URL,
  options: LoadNetworkOptions = {},
): Promise<Network> {
  checkOptions("loadNetwork", options, {
    ...BACKEND_CHECKS,
    backend: isOneOf([...BACKEND_CHOICES, "ort"]),
    delegate: isBoolean,
    optimize: isBoolean,
    algorithms: isAlgorithms,
    signal: isSignal,
    onProgress: isFunction,
  });
  const mode = tuneMode("loadNetwork", options);
  throwIfAborted(options.signal);
  const { signal } = options;
  const { algorithms, backend = "auto", delegate = backend === "auto", optimize = true } = options;
  if (backend === "ort") checkOrt(options, mode !== null || algorithms !== undefined);
  if (backend === "ort") return loadOrtNetwork(await readBytes(source, { signal }), []);
  const file = openStored(source);
  try {
    const model = parseModel(file ?? (await readBytes(source, { signal })));
    const tuned = mode !== null || algorithms !== undefined;
    const { instance, rejected } = await openBackend(selectionOf({ ...options, backend }, tuned));
    const choices = new ConvChoices(
      openTuner(mode, instance, options.tuningStore, options.onProgress),
      algorithms,
    );
    return new EngineNetwork(model, instance, { rejected, owner: instance, optimize, choices });
  } catch (error) {
    file?.close();
    if (!(error instanceof SpineXRError) || error.code !== "UNSUPPORTED_OPERATOR") throw error;
    if (!delegate || algorithms !== undefined || options.precision === "fp16") throw error;
    return delegated(await readBytes(source, { signal }), error);
  }
}

/** @throws SpineXRError INVALID_ARGUMENT for options that onnxruntime-web does not have */
function checkOrt({ precision, device, allowTf32 }: LoadNetworkOptions, tuned: boolean): void {
  const refuse = (why: string): never => {
    throw new SpineXRError("INVALID_ARGUMENT", `loadNetwork: ${why}, or name another backend.`);
  };
  if (tuned) refuse('onnxruntime-web chooses its own algorithms; leave out "tune" and "algorithms"');
  if (precision === "fp16" || device !== undefined || allowTf32 === true)
    refuse('"precision", "device" and "allowTf32" are not for onnxruntime-web; leave them out');
}

/** Where the delegate is absent too, the user sees our list of operators with the way out. */
async function delegated(bytes: Uint8Array, refusal: SpineXRError): Promise<Network> {
  try {
    return await loadOrtNetwork(
      bytes,
      BACKEND_NAMES.map((name) => ({ name, reason: refusal.message })),
    );
  } catch (error) {
    const reason = error instanceof SpineXRError ? error.message : String(error);
    throw new SpineXRError(
      refusal.code,
      `${refusal.message} The onnxruntime-web delegate cannot help: ${reason}`,
      {
        cause: error,
      },
    );
  }
}
