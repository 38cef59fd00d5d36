/**
 * The optional delegate: ONNX files with operators outside our set run on onnxruntime-web, when the user has
 * installed it. It is a whole-network peer, not an executor of our Plan, and never used for model packages.
 */
import { SpineXRError, throwIfAborted } from "../../api/errors.ts";
import type { Network, NetworkInput, RunOptions, RunProfile } from "../../api/network.ts";
import type { BackendReport } from "../../api/results.ts";
import type { Tensor, TensorArray, TensorInput, TensorType } from "../../api/tensor.ts";

type OrtModule = typeof import("onnxruntime-web");
type OrtSession = Awaited<ReturnType<OrtModule["InferenceSession"]["create"]>>;

/** onnxruntime-web, or the reason why it cannot be used. */
export async function importOrt(): Promise<{ ort: OrtModule } | { reason: string }> {
  try {
    return { ort: await import("onnxruntime-web") };
  } catch (error) {
    const missing = (error as { code?: string }).code === "ERR_MODULE_NOT_FOUND";
    return {
      reason: missing
        ? "onnxruntime-web is not installed (npm install onnxruntime-web)."
        : `onnxruntime-web does not load: ${(error as Error).message}`,
    };
  }
}

/**
 * @param model ONNX bytes
 * @throws SpineXRError BACKEND_UNAVAILABLE when onnxruntime-web is absent, UNSUPPORTED_OPERATOR when it refuses the file
 */
export async function loadOrtNetwork(
  model: Uint8Array,
  rejected: BackendReport["rejected"],
): Promise<Network> {
  const loaded = await importOrt();
  if ("reason" in loaded) throw new SpineXRError("BACKEND_UNAVAILABLE", loaded.reason);
  let session: OrtSession;
  try {
    session = await loaded.ort.InferenceSession.create(model, { logSeverityLevel: 4 });
  } catch (cause) {
    throw new SpineXRError(
      "UNSUPPORTED_OPERATOR",
      `onnxruntime-web refuses this network: ${(cause as Error).message ?? cause}`,
      { cause },
    );
  }
  const other = [...session.inputMetadata, ...session.outputMetadata].find((port) => !port.isTensor);
  if (other !== undefined) {
    await session.release();
    throw new SpineXRError(
      "UNSUPPORTED_OPERATOR",
      `"${other.name}" is a sequence or map; only tensors can be given to and taken from a network.`,
    );
  }
  return new OrtNetwork(loaded.ort, session, rejected);
}

class OrtNetwork implements Network {
  readonly inputs: readonly NetworkInput[];
  readonly backend: BackendReport;
  readonly tuning = { mode: "off", tuned: false, overridden: false, warnings: [] } as const;
  readonly #ort: OrtModule;
  readonly #session: OrtSession;
  #disposed = false;
  /** onnxruntime-web allows one run of a session at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(ort: OrtModule, session: OrtSession, rejected: BackendReport["rejected"]) {
    this.#ort = ort;
    this.#session = session;
    this.inputs = session.inputMetadata.map((input) => ({
      name: input.name,
      type: (input.isTensor ? input.type : "float32") as TensorType,
      dims: input.isTensor ? input.shape : null,
    }));
    this.backend = {
      name: "ort",
      device: `onnxruntime-web ${ort.env.versions.web ?? ""}`.trim(),
      isa: "",
      threads: ort.env.wasm.numThreads ?? 1,
      precision: "",
      hostSteps: [],
      rejected,
    };
  }

  run(
    inputs: Readonly<Record<string, TensorInput>>,
    options: RunOptions = {},
  ): Promise<Record<string, Tensor>> {
    const call = this.#last.then(() => this.#runNow(inputs, options));
    this.#last = call.catch(() => undefined);
    return call;
  }

  async profile(
    inputs: Readonly<Record<string, TensorInput>>,
    options: RunOptions = {},
  ): Promise<RunProfile & { outputs: Record<string, Tensor> }> {
    const start = performance.now();
    const outputs = await this.run(inputs, options);
    const ms = performance.now() - start;
    const bytes = { weights: 0, read: 0, written: 0 };
    const whole = { name: "network", kind: "ort", algorithm: "", detail: "", dims: [], flops: 0, bytes, ms };
    return { outputs, start, steps: [whole] };
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#last;
    await this.#session.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #runNow(inputs: Readonly<Record<string, TensorInput>>, options: RunOptions) {
    throwIfAborted(options.signal);
    if (this.#disposed)
      throw new SpineXRError("DISPOSED", "This network was used after dispose(); load it again.");
    const feeds: Record<string, InstanceType<OrtModule["Tensor"]>> = {};
    for (const [name, tensor] of Object.entries(inputs)) {
      const declared = this.inputs.find((input) => input.name === name)?.type;
      const type = tensor.type ?? declared ?? "float32";
      feeds[name] = new this.#ort.Tensor(type as "float32", tensor.data as Float32Array, tensor.dims);
    }
    let results: Awaited<ReturnType<OrtSession["run"]>>;
    try {
      results = await this.#session.run(feeds);
    } catch (cause) {
      throw new SpineXRError("INVALID_ARGUMENT", `onnxruntime-web: ${(cause as Error).message ?? cause}`, {
        cause,
      });
    }
    const outputs: Record<string, Tensor> = {};
    for (const [name, value] of Object.entries(results))
      outputs[name] = {
        type: value.type as TensorType,
        dims: [...value.dims],
        data: value.data as TensorArray,
      };
    return outputs;
  }
}
