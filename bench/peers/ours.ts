/** spinexr: the build of this checkout, as users have it, or the sources of another one. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BackendReport } from "../../src/api/results.ts";
import { type Inputs, type Job, type Outputs, outputName, type PeerSpec, type StartPeer } from "./peer.ts";

type Package = typeof import("../../src/index.node.ts");
type NetworkJobs = Extract<Job, { kind: "networks" }>["networks"];
type ScreenJob = Extract<Job, { kind: "screen" }>;

export const startOurs: StartPeer = async (spec) => {
  if (spec.isa !== undefined) process.env.SPINEXR_FORCE_ISA = spec.isa;
  const entry =
    spec.root === undefined
      ? join(import.meta.dirname, "../../dist/index.node.js")
      : join(spec.root, "src/index.node.ts");
  const spinexr: Package = await import(pathToFileURL(entry).href);
  return (job, inputs) =>
    job.kind === "networks"
      ? openNetworks(spinexr, spec, job.networks, inputs)
      : openScreening(spinexr, spec, job);
};

async function openNetworks(spinexr: Package, spec: PeerSpec, jobs: NetworkJobs, inputs: Inputs) {
  const { backend, threads, wasmBuild } = spec;
  const networks = await Promise.all(
    jobs.map(({ onnx }) => spinexr.loadNetwork(onnx, { backend, threads, wasmBuild })),
  );
  return {
    about: about(spinexr, spec, networks[0]!.backend),
    async run() {
      const outputs: Outputs = {};
      for (const [i, network] of networks.entries())
        for (const [name, { data }] of Object.entries(await network.run(inputs[i]!)))
          outputs[outputName(networks.length, i, name)] =
            data instanceof Float32Array ? data : Float32Array.from(data, Number);
      return outputs;
    },
  };
}

async function openScreening(spinexr: Package, spec: PeerSpec, { folder, picture }: ScreenJob) {
  const { backend, threads, wasmBuild } = spec;
  const model = await spinexr.loadModel(folder, { backend, threads, wasmBuild });
  const labels = model.manifest.detector!.labels;
  return {
    about: about(spinexr, spec, model.backend),
    async run() {
      const { abnormal, findings, suppressed } = await model.screen(await spinexr.readImage(picture));
      const all = [...findings, ...suppressed];
      return {
        probability: Float32Array.of(abnormal!.probability),
        kept: Float32Array.of(findings.length),
        boxes: Float32Array.from(all.flatMap(({ box }) => box)),
        scores: Float32Array.from(all, ({ score }) => score),
        classes: Float32Array.from(all, ({ label }) => labels.indexOf(label)),
      };
    },
  };
}

function about({ VERSION }: Package, { threads, wasmBuild, root }: PeerSpec, backend: BackendReport): string {
  if (backend.threads !== threads)
    throw new Error(`spinexr runs on ${backend.threads} threads instead of ${threads}.`);
  const notes = [wasmBuild, root === undefined ? undefined : "the other revision"].filter(Boolean).join(", ");
  return `spinexr ${VERSION} ${backend.name} ${backend.isa}${notes === "" ? "" : ` (${notes})`}`;
}
