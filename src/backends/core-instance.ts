/** BackendInstance and Executor over a Core: what all backends share. */
import type { Plan } from "../plan/plan.ts";
import type { Backend, BackendInstance, Executor } from "./backend.ts";
import type { Core, CoreWeights } from "./core.ts";

type Traits = Pick<BackendInstance, "device" | "arithmetic" | "plans">;

/** What a backend of the shared core and nothing else is like. */
export const coreTraits = (device: string): Traits => ({
  device,
  arithmetic: "fp32",
  plans: {},
});

export function coreInstance(
  { name, precisions }: Pick<Backend, "name" | "precisions">,
  traits: Traits,
  core: Core,
): BackendInstance {
  return {
    name,
    ...traits,
    isa: core.info.isa,
    threads: core.info.threads,
    precisions,
    sideBySide: core.sideBySide,
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
    supports: () => true, // each has every step of steps.ts
    hostSteps: session.hostSteps,
    bytes: session.bytes,
    run: (inputs, options) => session.run(inputs, options),
    dispose: () => session.dispose(),
  };
}
