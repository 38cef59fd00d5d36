/** Between run.ts and the process of a peer. One request at a time. */
import type { InputTensor, Outputs, PeerSpec } from "./peer.ts";

export type Request =
  | { readonly do: "open"; readonly model: string; readonly spec: PeerSpec }
  | { readonly do: "infer"; readonly input: InputTensor }
  /** `warmUp` untimed runs, then `runs` timed ones, of the last input. */
  | { readonly do: "burst"; readonly warmUp: number; readonly runs: number };

export type Answer =
  | { readonly did: "open"; readonly about: string }
  | { readonly did: "infer"; readonly outputs: Outputs }
  | { readonly did: "burst"; readonly ms: readonly number[] }
  | { readonly did: "fail"; readonly message: string };
