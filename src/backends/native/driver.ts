/** CoreDriver over the addon. */
import type { PortData } from "../core.ts";
import { type CoreDriver, type DetectionDriver, isOutput } from "../driver.ts";
import { allocate } from "../port-checks.ts";
import type { Addon } from "./addon.ts";
import { coded, codedAsync } from "./coded.ts";
import { nativeImages } from "./images.ts";
import { createNativeSession, NativeWeights } from "./sessions.ts";

/** Starts an engine. Throws BACKEND_UNAVAILABLE for an unknown or unavailable `isa`. */
export function nativeDriver(addon: Addon, threads: number, isa: string): CoreDriver {
  const engine = coded(() => addon.engineCreate(threads, isa));
  return {
    info: { build: "native", isa: addon.engineIsa(engine), threads: addon.engineThreads(engine) },
    sideBySide: false,
    device: null,
    image: nativeImages(addon, engine),
    detection: nativeBoxes(addon),
    createWeights: async () => new NativeWeights(addon, engine),
    createSession: (plan, weights) => createNativeSession(addon, engine, plan, weights),
    close: async () => addon.engineDestroy(engine),
  };
}

/** Box operations need no engine. */
export function nativeBoxes(addon: Addon): DetectionDriver {
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
