/** The backend "cuda": networks on an NVIDIA GPU, through the library that native/cuda/ builds. */
import { SpineXRError } from "../../api/errors.ts";
import type { Backend, BackendOptions, PlanTraits, Probe } from "../backend.ts";
import { coreInstance } from "../core-instance.ts";
import { DrivenCore } from "../driven-core.ts";
import { chooseIsa } from "../isa.ts";
import { loadAddon } from "../native/binding.ts";
import { codedAsync } from "../native/coded.ts";
import type { CudaDevice } from "./addon.ts";
import { cudaDriver } from "./driver.ts";
import { findCudaLibrary } from "./library.ts";

/** Batches stay whole, and the library itself finds the algorithm of each convolution when it prepares a plan. */
const PLANS: PlanTraits = { splitBatch: false, chooseConv: () => "auto" };

/** 13000 is 13.0. */
const cudaVersion = (number: number): string =>
  `${Math.floor(number / 1000)}.${Math.floor(number / 10) % 100}`;

/** 91002 is 9.10.2. */
const cudnnVersion = (number: number): string =>
  [Math.floor(number / 10000), Math.floor(number / 100) % 100, number % 100].join(".");

const describe = ({ name, runtime, cudnn }: CudaDevice): string =>
  `${name}, CUDA ${cudaVersion(runtime)}, cuDNN ${cudnnVersion(cudnn)}`;

/** The library, and the device that is meant. Throws BACKEND_UNAVAILABLE with the library's own words. */
async function find({ device = 0, isa }: Partial<BackendOptions>) {
  const path = findCudaLibrary();
  const addon = loadAddon();
  const { reason, devices } = await codedAsync(() => addon.cudaDevices(path));
  const unavailable = (words: string): SpineXRError =>
    new SpineXRError(
      "BACKEND_UNAVAILABLE",
      `The backend "cuda" does not run here: ${words.replace(/\.$/, "")}.`,
    );
  if (reason !== "") throw unavailable(reason);
  const found = devices[device];
  if (found === undefined)
    throw unavailable(`expected a device from 0 to ${devices.length - 1}, found ${device}`);
  if (found.reason !== "") throw unavailable(found.reason);
  const own = chooseIsa("cuda", [`sm_${found.major}${found.minor}`], isa);
  return { path, addon, text: describe(found), isa: own };
}

export const cudaBackend: Backend = {
  name: "cuda",
  precisions: ["fp32", "fp16"],
  tunable: false,

  async probe(options: Partial<BackendOptions> = {}): Promise<Probe> {
    try {
      const { text, isa } = await find(options);
      return { available: true, reason: "", device: text, isa };
    } catch (error) {
      if (!(error instanceof SpineXRError)) throw error;
      return { available: false, reason: error.message, device: "", isa: "" };
    }
  },

  async open(options: BackendOptions) {
    const { path, addon, text } = await find(options);
    const { device = 0, allowTf32 = false, deterministic = false, precision = "fp32" } = options;
    const threads = options.threads === "auto" ? addon.cpuCount() : options.threads;
    const core = new DrivenCore(await cudaDriver(addon, { path, device, allowTf32, deterministic, threads }));
    const arithmetic = precision === "fp32" && allowTf32 ? "fp32 with TF32" : precision;
    return coreInstance(cudaBackend, { device: text, arithmetic, plans: { ...PLANS, precision } }, core);
  },
};
