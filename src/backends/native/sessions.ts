/** Weights and sessions of the addon's engines, whether these are the core's or a GPU's. */
import { platformName } from "../../platform/environment.ts";
import type { TensorHandle } from "../cuda/addon.ts";
import { DeviceTensor, type RunInput } from "../device-tensor.ts";
import type { DriverRun, DriverSession, DriverWeights, EncodedPlan, OutputSpec } from "../driver.ts";
import { allocate } from "../port-checks.ts";
import type { Addon, AddonPart, EngineHandle, SessionHandle, WeightsHandle } from "./addon.ts";
import { coded, codedAsync } from "./coded.ts";

export class NativeWeights implements DriverWeights {
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

/** null: as CoreDriver.createSession. */
export async function createNativeSession(
  addon: Addon,
  engine: EngineHandle,
  plan: EncodedPlan,
  weights: DriverWeights | null,
): Promise<DriverSession | null> {
  const handle = await createHandle(addon, engine, plan, weights as NativeWeights | null);
  return handle && nativeSession(addon, handle);
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

function nativeSession(addon: Addon, handle: SessionHandle): DriverSession {
  // Shared, so that stores from this thread are seen by the one that runs the network.
  const abortFlag = new Int32Array(new SharedArrayBuffer(4));
  return {
    abortFlag,
    bytes: addon.sessionBytes(handle),
    async run(
      inputs: readonly RunInput[],
      specs: readonly OutputSpec[],
      profile: boolean,
    ): Promise<DriverRun> {
      const outputs = specs.map(allocate);
      const counts = new Int32Array(specs.length);
      const stepMs = profile ? new Float32Array(addon.sessionStepCount(handle)) : null;
      const values = inputs.map((input) =>
        input instanceof DeviceTensor ? (input.handle as TensorHandle) : input,
      );
      await codedAsync(() => addon.sessionRun(handle, values, outputs, counts, abortFlag, stepMs));
      return { outputs, counts, stepMs };
    },
    destroy: async () => addon.sessionDestroy(handle),
  };
}
