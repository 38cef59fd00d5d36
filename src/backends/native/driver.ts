/** CoreDriver over the addon. */
import { type ErrorCode, SpineXRError } from "../../api/errors.ts";
import { platformName } from "../../platform/environment.ts";
import type { CoreInfo, PortData, Voi } from "../core.ts";
import {
  type CoreDriver,
  type DetectionDriver,
  type DriverRun,
  type DriverSession,
  type DriverWeights,
  type EncodedPlan,
  type ImageDriver,
  isOutput,
  type OutputSpec,
} from "../driver.ts";
import { allocate } from "../port-checks.ts";
import { Staging } from "../staging.ts";
import type {
  Addon,
  AddonImageInput,
  AddonPart,
  AddonVoi,
  EngineHandle,
  SessionHandle,
  WeightsHandle,
} from "./addon.ts";

/** Starts an engine. Throws BACKEND_UNAVAILABLE for an unknown or unavailable `isa`. */
export function nativeDriver(addon: Addon, threads: number, isa: string): CoreDriver {
  const engine = coded(() => addon.engineCreate(threads, isa));
  const info: CoreInfo = {
    build: "native",
    isa: addon.engineIsa(engine),
    threads: addon.engineThreads(engine),
  };
  // Shared, so that stores from this thread are seen by the one that runs the network.
  const abortFlag = new Int32Array(new SharedArrayBuffer(4));
  return {
    info,
    abortFlag,
    image: nativeImages(addon, engine),
    detection: nativeBoxes(addon),
    createWeights: async () => new NativeWeights(addon, engine),
    createSession: async (plan, weights) => {
      const handle = await createHandle(addon, engine, plan, weights as NativeWeights | null);
      return handle && nativeSession(addon, handle, abortFlag);
    },
    close: async () => addon.engineDestroy(engine),
  };
}

class NativeWeights implements DriverWeights {
  readonly handle: WeightsHandle;
  readonly #addon: Addon;

  constructor(addon: Addon, engine: EngineHandle) {
    this.#addon = addon;
    this.handle = coded(() => addon.weightsCreate(engine));
  }

  async bytes(): Promise<number> {
    return this.#addon.weightsBytes(this.handle);
  }

  async destroy(): Promise<void> {
    this.#addon.weightsDestroy(this.handle);
  }
}

const createHandle = (
  addon: Addon,
  engine: EngineHandle,
  { plan, constants, constantBytes }: EncodedPlan,
  weights: NativeWeights | null,
): Promise<SessionHandle | null> =>
  codedAsync(() =>
    addon.sessionCreate(
      engine,
      weights === null ? null : weights.handle,
      plan,
      constantBytes,
      [...constants].sort((a, b) => a.offset - b.offset).map(addonPart),
    ),
  );

/** Windows has descriptors per C library, so there the bytes go. */
const addonPart = ({ offset, bytes }: EncodedPlan["constants"][number]): AddonPart => {
  if (bytes instanceof Uint8Array) return { offset, bytes };
  if (platformName().startsWith("win32")) return { offset, bytes: bytes.bytes() };
  return { offset, length: bytes.length, descriptor: bytes.file.descriptor, position: bytes.position };
};

function nativeSession(addon: Addon, handle: SessionHandle, abortFlag: Int32Array): DriverSession {
  return {
    bytes: addon.sessionBytes(handle),
    async run(
      inputs: readonly PortData[],
      specs: readonly OutputSpec[],
      profile: boolean,
    ): Promise<DriverRun> {
      const outputs = specs.map(allocate);
      const counts = new Int32Array(specs.length);
      const stepMs = profile ? new Float32Array(addon.sessionStepCount(handle)) : null;
      await codedAsync(() => addon.sessionRun(handle, inputs, outputs, counts, abortFlag, stepMs));
      return { outputs, counts, stepMs };
    },
    destroy: async () => addon.sessionDestroy(handle),
  };
}

/** Sources are copied first: their buffers may belong to the user, who may transfer them while a thread reads. */
function nativeImages(addon: Addon, engine: EngineHandle): ImageDriver {
  const staging = new Staging();
  return {
    async display({ samples, sampleType, height, width, bitsStored, signed, monochrome1, voi }) {
      const pixels = bytesFor(height * width);
      const conversion = await codedAsync(() =>
        addon.imageDisplay(
          staging.copy(samples),
          sampleType,
          height,
          width,
          bitsStored,
          Number(signed),
          Number(monochrome1),
          toAddonVoi(voi),
          pixels,
        ),
      );
      return { pixels, conversion };
    },
    async resize({ pixels, height, width, targetHeight, targetWidth }) {
      const target = bytesFor(targetHeight * targetWidth);
      await codedAsync(() =>
        addon.imageResize(engine, staging.copy(pixels), height, width, target, targetHeight, targetWidth),
      );
      return target;
    },
    async inputs({ samples, sampleType, height, width, bitsStored, signed, monochrome1, voi, inputs }) {
      const targets = inputs.map((input): AddonImageInput => {
        const { mean, std, paddedHeight, paddedWidth, tensor } = input;
        return [input.height, input.width, paddedHeight, paddedWidth, mean, std, tensor];
      });
      const conversion = await codedAsync(() =>
        addon.imageInputs(
          engine,
          staging.copy(samples),
          sampleType,
          height,
          width,
          bitsStored,
          Number(signed),
          Number(monochrome1),
          voi && toAddonVoi(voi),
          targets,
        ),
      );
      return { tensors: inputs.map(({ tensor }) => tensor), conversion: conversion as number };
    },
  };
}

function nativeBoxes(addon: Addon): DetectionDriver {
  return {
    async call({ name, args }) {
      const outputs: PortData[] = [];
      const values = args.map((argument) => {
        if (!isOutput(argument)) return argument;
        outputs.push(allocate(argument));
        return outputs[outputs.length - 1];
      });
      const method = `boxes${name[0].toUpperCase()}${name.slice(1)}` as keyof Addon;
      // The order of `args` is that of the C function, which is also the addon's.
      const run = addon[method] as (...values: unknown[]) => Promise<void>;
      await codedAsync(() => run(...values));
      return outputs;
    },
  };
}

const bytesFor = (length: number): Uint8Array => allocate({ dtype: "u8", length }) as Uint8Array;

const VOI_FUNCTIONS = ["LINEAR", "LINEAR_EXACT", "SIGMOID", "UNKNOWN"] as const;

function toAddonVoi(voi: Voi): AddonVoi {
  if (voi.kind === "none") return [0, 0, 0, 0, 0, 1, 0, 0, 0, null];
  if (voi.kind === "lut") return [2, 0, 0, 0, 0, 1, 0, voi.first, voi.bits, voi.entries.slice()];
  const { slope, intercept } = voi.rescale ?? { slope: 1, intercept: 0 };
  const hasRescale = voi.rescale === null ? 0 : 1;
  const kind = VOI_FUNCTIONS.indexOf(voi.function);
  return [1, kind, voi.center, voi.width, hasRescale, slope, intercept, 0, 0, null];
}

/** The addon's errors carry one of our codes; anything else is a defect. */
function asSpineXRError(error: unknown): SpineXRError {
  if (error instanceof SpineXRError) return error;
  const { code = "INTERNAL", message = String(error) } = error as { code?: ErrorCode; message?: string };
  return new SpineXRError(code, message);
}

function coded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw asSpineXRError(error);
  }
}

async function codedAsync<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asSpineXRError(error);
  }
}
