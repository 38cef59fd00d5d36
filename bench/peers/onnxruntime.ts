/** What onnxruntime-node and onnxruntime-web have in common: the JavaScript API of onnxruntime-common. */
import { readFileSync } from "node:fs";
import type * as Ort from "onnxruntime-web";
import { type OpenPeer, type Outputs, outputName, Unavailable } from "./peer.ts";

export type OrtModule = typeof Ort;

/**
 * The rival from bench/node_modules at the version that bench/package.json pins.
 * @throws Unavailable
 */
export async function importRival(name: "onnxruntime-node" | "onnxruntime-web") {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
  const wanted: string = read("../package.json").dependencies[name];
  const advice = `Install the rivals first: cd bench && npm ci`;
  let version: string;
  try {
    version = read(`../node_modules/${name}/package.json`).version;
  } catch (cause) {
    throw new Unavailable(`${name} ${wanted} is not installed. ${advice}`, { cause });
  }
  if (version !== wanted) throw new Unavailable(`Found ${name} ${version}, expected ${wanted}. ${advice}`);
  const module = await import(name);
  return { ort: (module.default ?? module) as OrtModule, about: `${name} ${version}` };
}

/** A session for each network. */
export function openSessions(
  { ort, about }: { ort: OrtModule; about: string },
  options: Ort.InferenceSession.SessionOptions,
): OpenPeer {
  return async (job, inputs) => {
    if (job.kind !== "networks") throw new Error(`${about} runs networks only.`);
    const sessions: Ort.InferenceSession[] = [];
    for (const { onnx } of job.networks) sessions.push(await ort.InferenceSession.create(onnx, options));
    return {
      about,
      async run() {
        const outputs: Outputs = {};
        for (const [i, session] of sessions.entries()) {
          const feeds = Object.entries(inputs[i]!).map(([name, { dims, data }]) => [
            name,
            new ort.Tensor("float32", data, dims),
          ]);
          for (const [name, tensor] of Object.entries(await session.run(Object.fromEntries(feeds))))
            if (tensor.type === "float32")
              outputs[outputName(sessions.length, i, name)] = tensor.data as Float32Array;
        }
        return outputs;
      },
    };
  };
}
