/** spinexr, from this checkout's sources and builds. */
import { loadNetwork, VERSION } from "../../src/index.node.ts";
import type { OpenPeer, Outputs } from "./peer.ts";

export const openOurs: OpenPeer = async (model, { backend, threads, wasmBuild }) => {
  const network = await loadNetwork(model, { backend, threads, wasmBuild });
  const name = network.inputs[0]!.name;
  const { isa, threads: used } = network.backend;
  if (used !== threads) throw new Error(`spinexr runs on ${used} threads instead of ${threads}.`);
  return {
    about: `spinexr ${VERSION} ${network.backend.name} ${isa}${wasmBuild === undefined ? "" : ` (${wasmBuild})`}`,
    async run(input) {
      const outputs: Outputs = {};
      for (const [key, { data }] of Object.entries(await network.run({ [name]: input })))
        if (data instanceof Float32Array) outputs[key] = data;
      return outputs;
    },
  };
};
