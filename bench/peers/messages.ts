/** Between run.ts and the process of a peer. One request at a time; plain data, so that peers in Python get it as JSON. */
import type { Job, Outputs, PeerSpec } from "./peer.ts";

export type Request =
  /** Loads the engine's code. */
  | { readonly do: "start"; readonly spec: PeerSpec }
  /** Reads the inputs. */
  | { readonly do: "prepare"; readonly job: Job }
  /** Loads the networks; `ms` is what that and a first run take. */
  | { readonly do: "open" }
  | { readonly do: "infer" }
  /** `warmUp` untimed runs, then timed ones until `ms` are over: at least one, at most `runs`. */
  | { readonly do: "burst"; readonly warmUp: number; readonly runs: number; readonly ms: number }
  | { readonly do: "memory" };

export type Answer =
  | { readonly did: "start" }
  | { readonly did: "prepare" }
  | { readonly did: "open"; readonly about: string; readonly ms: number }
  | { readonly did: "infer"; readonly outputs: Outputs }
  | { readonly did: "burst"; readonly ms: readonly number[] }
  /** The most bytes that the process ever had in memory. */
  | { readonly did: "memory"; readonly bytes: number }
  /** `unavailable`: this machine or installation lacks what the peer needs. */
  | { readonly did: "fail"; readonly message: string; readonly unavailable: boolean };
