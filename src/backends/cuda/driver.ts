/** CoreDriver over a GPU: its engine runs networks and makes their inputs; one of the core does the rest. */
import { DeviceTensor } from "../device-tensor.ts";
import type { CoreDriver, ImageDriver } from "../driver.ts";
import type { Addon, AddonImageInput, EngineHandle } from "../native/addon.ts";
import { coded, codedAsync } from "../native/coded.ts";
import { nativeBoxes } from "../native/driver.ts";
import { nativeImages, toAddonVoi } from "../native/images.ts";
import { createNativeSession, NativeWeights } from "../native/sessions.ts";
import { Staging } from "../staging.ts";
import type { TensorHandle } from "./addon.ts";

/** Bytes that one call of a library may want: larger ones rarely make a convolution faster. */
const WORKSPACE_LIMIT = 2 ** 28;

export interface CudaDriverOptions {
  readonly path: string;
  readonly device: number;
  readonly allowTf32: boolean;
  readonly deterministic: boolean;
  /** Of the core's engine. */
  readonly threads: number;
}

/** @throws SpineXRError BACKEND_UNAVAILABLE, OUT_OF_MEMORY, DEVICE_LOST */
export async function cudaDriver(addon: Addon, options: CudaDriverOptions): Promise<CoreDriver> {
  const { path, device, allowTf32, deterministic, threads } = options;
  const gpu = await codedAsync(() =>
    addon.cudaEngineCreate(path, device, Number(allowTf32), Number(deterministic), WORKSPACE_LIMIT),
  );
  let core: EngineHandle;
  try {
    core = coded(() => addon.engineCreate(threads, ""));
  } catch (error) {
    addon.engineDestroy(gpu);
    throw error;
  }
  return {
    info: { build: "cuda", isa: addon.engineIsa(gpu), threads: addon.engineThreads(core) },
    sideBySide: true,
    device: gpu,
    image: { ...nativeImages(addon, core), deviceInputs: deviceInputs(addon, gpu) },
    detection: nativeBoxes(addon),
    createWeights: async () => new NativeWeights(addon, gpu),
    createSession: (plan, weights) => createNativeSession(addon, gpu, plan, weights),
    close: async () => {
      addon.engineDestroy(gpu);
      addon.engineDestroy(core);
    },
  };
}

function deviceInputs(addon: Addon, gpu: EngineHandle): NonNullable<ImageDriver["deviceInputs"]> {
  const staging = new Staging();
  const destroy = (handle: unknown): void => addon.cudaTensorDestroy(handle as TensorHandle);
  return async ({ samples, sampleType, height, width, bitsStored, signed, monochrome1, voi, inputs }) => {
    const wanted = inputs.map((input): AddonImageInput => {
      const { mean, std, paddedHeight, paddedWidth } = input;
      return [input.height, input.width, paddedHeight, paddedWidth, mean, std, null];
    });
    const [conversion, ...handles] = (await codedAsync(() =>
      addon.imageInputs(
        gpu,
        staging.copy(samples),
        sampleType,
        height,
        width,
        bitsStored,
        Number(signed),
        Number(monochrome1),
        voi && toAddonVoi(voi),
        wanted,
      ),
    )) as readonly [number, ...TensorHandle[]];
    const tensors = handles.map((handle, i) => {
      const { paddedHeight, paddedWidth } = inputs[i]!;
      return new DeviceTensor(3 * paddedHeight * paddedWidth, gpu, handle, destroy);
    });
    return { tensors, conversion };
  };
}
