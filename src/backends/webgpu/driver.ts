/** CoreDriver over a GPU: sessions run there, and one of the core does pictures, boxes and steps without kernels. */
import { SpineXRError } from "../../api/errors.ts";
import { decodePlan } from "../../plan/decode.ts";
import type { CoreDriver, EncodedPlan } from "../driver.ts";
import { type Constants, Holder } from "./buffers.ts";
import { Devices, type OpenedGpu } from "./device.ts";
import { createHostStage, type HostStage } from "./host-steps.ts";
import { compileProgram, tensorBytes } from "./program.ts";
import { WebgpuSession } from "./session.ts";
import { type ConstantSource, findSource, WeightStore } from "./weights.ts";

/** @throws SpineXRError BACKEND_UNAVAILABLE */
export async function webgpuDriver(open: () => Promise<OpenedGpu>, host: CoreDriver): Promise<CoreDriver> {
  let devices: Devices;
  try {
    devices = await Devices.start(open);
  } catch (error) {
    await host.close();
    throw error;
  }
  return {
    info: { build: "webgpu", isa: "wgsl", threads: host.info.threads },
    sideBySide: false,
    device: null,
    image: host.image,
    detection: host.detection,
    createWeights: async () => new WeightStore(),
    createSession: (plan, weights) => createSession(devices, host, plan, weights as WeightStore | null),
    close: async () => {
      await devices.close();
      await host.close();
    },
  };
}

let sessions = 0;

async function createSession(
  devices: Devices,
  host: CoreDriver,
  encoded: EncodedPlan,
  shared: WeightStore | null,
): Promise<WebgpuSession | null> {
  const plan = decodePlan(encoded.plan);
  const store = shared ?? new WeightStore();
  const session = ++sessions;
  const keys: number[] = [];
  const release = (): void => {
    for (const key of keys.splice(0)) store.drop(key);
  };
  const sources = plan.tensors.map((tensor): ConstantSource | null => {
    if (tensor.storage === "arena") return null;
    const sent = tensor.storage === "constant" ? findSource(encoded, tensor, tensorBytes(tensor)) : null;
    if (tensor.key === undefined) return sent;
    const known = store.take(tensor.key, sent);
    if (known !== null) keys.push(tensor.key);
    return known;
  });
  if (plan.tensors.some(({ storage }, i) => storage !== "arena" && sources[i] === null)) {
    release();
    return null;
  }
  const constants: Constants = {
    store,
    name: (tensor) => {
      const { key, offset } = plan.tensors[tensor]!;
      return key === undefined ? `${session}:${offset}` : `${key}`;
    },
    source: (tensor) => sources[tensor]!,
  };
  const stages: HostStage[] = [];
  const program = compileProgram(plan, await devices.schedule());
  const holder = new Holder(devices, program, constants);
  try {
    for (const segment of program.segments) {
      if (segment.kind === "host")
        stages.push(await createHostStage(host, plan, segment.steps, constants.source));
    }
    await holder.prepare();
  } catch (error) {
    holder.release();
    release();
    await Promise.all(stages.map((stage) => stage.destroy()));
    if (error instanceof RangeError)
      throw new SpineXRError("OUT_OF_MEMORY", "The network does not fit into memory.", { cause: error });
    throw error;
  }
  return new WebgpuSession({ plan, program, holder, stages, release });
}
