/** What onnxruntime-node and onnxruntime-web have in common: the JavaScript API of onnxruntime-common. */
import { readFileSync } from "node:fs";
import type * as Ort from "onnxruntime-web";
import type { Outputs, Peer } from "./peer.ts";

export type OrtModule = typeof Ort;

/** The rival from bench/node_modules at the version that bench/package.json pins. */
export async function importRival(name: "onnxruntime-node" | "onnxruntime-web") {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
  const wanted: string = read("../package.json").dependencies[name];
  const advice = `Install the rivals first: cd bench && npm ci`;
  let version: string;
  try {
    version = read(`../node_modules/${name}/package.json`).version;
  } catch (cause) {
    throw new Error(`${name} ${wanted} is not installed. ${advice}`, { cause });
  }
  if (version !== wanted) throw new Error(`Found ${name} ${version}, expected ${wanted}. ${advice}`);
  const module = await import(name);
  return { ort: (module.default ?? module) as OrtModule, version };
}

export function sessionPeer(ort: OrtModule, session: Ort.InferenceSession, about: string): Peer {
  const name = session.inputNames[0]!;
  return {
    about,
    async run({ dims, data }) {
      const outputs: Outputs = {};
      const results = await session.run({ [name]: new ort.Tensor("float32", data, dims) });
      for (const [key, tensor] of Object.entries(results))
        if (tensor.type === "float32") outputs[key] = tensor.data as Float32Array;
      return outputs;
    },
  };
}
