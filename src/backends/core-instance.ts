/** BackendInstance and Executor over a Core: what the backends cpu and wasm share. */
import type { Plan } from "../plan/plan.ts";
import type { BackendInstance, BackendName, Executor } from "./backend.ts";
import type { Core, CoreWeights } from "./core.ts";

export function coreInstance(name: BackendName, device: string, core: Core): BackendInstance {
  return {
    name,
    device,
    isa: core.info.isa,
    threads: core.info.threads,
    image: core.image,
    detection: core.detection,
    createWeights: () => core.createWeights(),
    prepare: (plan, weights) => coreExecutor(core, plan, weights),
    dispose: () => core.dispose(),
  };
}

async function coreExecutor(core: Core, plan: Plan, weights?: CoreWeights): Promise<Executor> {
  const session = await core.createSession(plan, weights);
  return {
    supports: () => true, // the core has every step of steps.ts
    hostSteps: [],
    bytes: session.bytes,
    run: (inputs, options) => session.run(inputs, options),
    dispose: () => session.dispose(),
  };
}
