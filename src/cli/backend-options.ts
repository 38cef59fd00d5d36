/** The options that choose a backend, shared by the commands that run networks. */
import type { BackendChoice } from "../api/backend-choice.ts";
import { BACKEND_NAMES, PRECISIONS, WASM_BUILDS } from "../backends/names.ts";
import { type Arguments, choice, integer, type OptionSpec, UsageError } from "./command.ts";

export const BACKEND_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  backend: {
    kind: "value",
    value: "NAME",
    help: `auto (default), ${BACKEND_NAMES.join(", ")}; a named one never falls back`,
  },
  threads: {
    kind: "value",
    value: "N",
    help: "threads, or auto (default: the processors this process may use)",
  },
  "wasm-build": { kind: "value", value: "B", help: "auto (default), simd, simd-threads or relaxed-threads" },
  precision: {
    kind: "value",
    value: "P",
    help: "fp32 (default) or fp16: maps and weights as half floats, with cuda and webgpu",
  },
  device: { kind: "value", value: "N", help: "with cuda: which GPU (default 0)" },
  "allow-tf32": { kind: "flag", help: "with cuda: float32 products on tensor cores, 10 bits of fraction" },
  deterministic: { kind: "flag", help: "the same bits from run to run; nothing chosen by measuring" },
};

/**
 * @param named instead of what --backend says, for commands that take several
 * @throws UsageError
 */
export function backendOptions<B extends string>(args: Arguments, backends: readonly B[], named?: string) {
  const backend = choice("backend", named ?? args.value("backend") ?? "auto", backends);
  const threads = args.value("threads") ?? "auto";
  const build = args.value("wasm-build");
  if (build !== undefined && backend !== "wasm")
    throw new UsageError("--wasm-build goes with --backend wasm; add that or leave it out.");
  const [device, allowTf32] = [args.value("device"), args.flag("allow-tf32")];
  for (const [name, given] of [
    ["device", device !== undefined],
    ["allow-tf32", allowTf32],
  ] as const)
    if (given && backend !== "auto" && backend !== "cuda")
      throw new UsageError(`--${name} goes with --backend cuda, found ${backend}; leave one of them out.`);
  return {
    backend,
    threads: threads === "auto" ? ("auto" as const) : integer("threads", threads, 1, 256),
    wasmBuild: build === undefined ? undefined : choice("wasm-build", build, WASM_BUILDS),
    precision: choice("precision", args.value("precision") ?? "fp32", PRECISIONS),
    device: device === undefined ? undefined : integer("device", device, 0, 255),
    allowTf32: allowTf32 || undefined,
    deterministic: args.flag("deterministic") || undefined,
  } satisfies { backend: B } & Omit<BackendChoice, "backend">;
}
