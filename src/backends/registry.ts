/** All backends, in the order in which "auto" tries them. A new backend is one folder and one line here. */
import type { Backend } from "./backend.ts";
import { cpuBackend } from "./native/backend.ts";
import { wasmBackend } from "./wasm/backend.ts";

export const BACKENDS: readonly Backend[] = [cpuBackend, wasmBackend];
