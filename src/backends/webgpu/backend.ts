/** The backend "webgpu": networks on a GPU through WebGPU. What differs between Node and browsers is handed in. */
import { SpineXRError } from "../../api/errors.ts";
import type { Backend, BackendOptions, PlanTraits, Probe } from "../backend.ts";
import { coreInstance } from "../core-instance.ts";
import { DrivenCore } from "../driven-core.ts";
import type { CoreDriver } from "../driver.ts";
import { chooseIsa } from "../isa.ts";
import { findAdapter, type OpenedGpu } from "./device.ts";
import { webgpuDriver } from "./driver.ts";

/** Batches stay whole, and there is one algorithm for convolutions. */
const PLANS: PlanTraits = { splitBatch: false, chooseConv: () => "auto" };

export interface WebgpuSurroundings {
  /** Throws BACKEND_UNAVAILABLE where there is no WebGPU. */
  openGpu(): Promise<OpenedGpu>;
  /** The core beside it. */
  openHost(options: BackendOptions): Promise<CoreDriver>;
}

export function makeWebgpuBackend({ openGpu, openHost }: WebgpuSurroundings): Backend {
  const backend: Backend = {
    name: "webgpu",
    precisions: ["fp32", "fp16"],
    tunable: false,

    async probe(options: Partial<BackendOptions> = {}): Promise<Probe> {
      try {
        const isa = chooseIsa("webgpu", ["wgsl"], options.isa);
        const { name, software } = await findAdapter(openGpu);
        return { available: true, reason: "", device: name, isa, software };
      } catch (error) {
        if (!(error instanceof SpineXRError)) throw error;
        return { available: false, reason: error.message, device: "", isa: "" };
      }
    },

    async open(options: BackendOptions) {
      const { isa, precision = "fp32" } = options;
      chooseIsa("webgpu", ["wgsl"], isa);
      const { name } = await findAdapter(openGpu);
      const core = new DrivenCore(await webgpuDriver(openGpu, await openHost(options)));
      const plans = { ...PLANS, precision };
      return coreInstance(backend, { device: name, arithmetic: precision, plans }, core);
    },
  };
  return backend;
}
