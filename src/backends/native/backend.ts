/** The backend "cpu": the C++ core with the processor's own instructions. */
import { SpineXRError } from "../../api/errors.ts";
import { processorName } from "../../platform/environment.ts";
import type { Backend, BackendOptions, Probe } from "../backend.ts";
import { coreInstance, coreTraits } from "../core-instance.ts";
import { DrivenCore } from "../driven-core.ts";
import { chooseIsa } from "../isa.ts";
import type { Addon } from "./addon.ts";
import { loadAddon } from "./binding.ts";
import { nativeDriver } from "./driver.ts";

const isaNames = (addon: Addon): string[] => addon.isaList().split(" ");

export const cpuBackend: Backend = {
  name: "cpu",
  precisions: ["fp32"],
  tunable: true,

  async probe(options: Partial<BackendOptions> = {}): Promise<Probe> {
    try {
      const isa = chooseIsa("cpu", isaNames(loadAddon()), options.isa);
      return { available: true, reason: "", device: processorName(), isa };
    } catch (error) {
      if (!(error instanceof SpineXRError)) throw error;
      return { available: false, reason: error.message, device: "", isa: "" };
    }
  },

  async open(options: BackendOptions) {
    const addon = loadAddon();
    const isa = chooseIsa("cpu", isaNames(addon), options.isa);
    const threads = options.threads === "auto" ? addon.cpuCount() : options.threads;
    const core = new DrivenCore(nativeDriver(addon, threads, isa));
    return coreInstance(cpuBackend, coreTraits(processorName()), core);
  },
};
