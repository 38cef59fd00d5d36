/** Worker entry: one thread of the pool. Stays inside the core until the engine is destroyed. */
import type { ThreadExports } from "../../../wasm/module.d.ts";
import { workerMain } from "../../platform/worker-scope.ts";
import { instantiate } from "./instance.ts";
import type { PoolStart } from "./messages.ts";

workerMain<PoolStart>(async (scope) => {
  const { module, memory, engine, index, stackTop, tls } = scope.data;
  const { exports } = await instantiate(module, memory, false);
  const core = exports as ThreadExports;
  core.__stack_pointer.value = stackTop;
  core.__wasm_init_tls(tls);
  scope.post("ready");
  core.spx_engine_worker_main(engine, index);
});
