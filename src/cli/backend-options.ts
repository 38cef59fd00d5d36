/** The options that choose a backend, shared by the commands that run networks. */
import type { LoadNetworkOptions } from "../api/load-network.ts";
import { type Arguments, choice, integer, type OptionSpec, UsageError } from "./command.ts";

export const BACKEND_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  backend: {
    kind: "value",
    value: "NAME",
    help: "auto (default), cpu or wasm; a named one never falls back",
  },
  threads: {
    kind: "value",
    value: "N",
    help: "threads, or auto (default: the processors this process may use)",
  },
  "wasm-build": { kind: "value", value: "B", help: "auto (default), simd, simd-threads or relaxed-threads" },
};

const BUILDS = ["auto", "simd", "simd-threads", "relaxed-threads"] as const;

/** @throws UsageError */
export function backendOptions<B extends string>(args: Arguments, backends: readonly B[]) {
  const backend = choice("backend", args.value("backend") ?? "auto", backends);
  const threads = args.value("threads") ?? "auto";
  const build = args.value("wasm-build");
  if (build !== undefined && backend !== "wasm")
    throw new UsageError("--wasm-build goes with --backend wasm; add that or leave it out.");
  return {
    backend,
    threads: threads === "auto" ? ("auto" as const) : integer("threads", threads, 1, 256),
    wasmBuild: build === undefined ? undefined : choice("wasm-build", build, BUILDS),
  } satisfies { backend: B } & Pick<LoadNetworkOptions, "threads" | "wasmBuild">;
}
