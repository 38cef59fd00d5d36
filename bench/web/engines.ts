/** The engines that the page times: one entry of ENGINES each. */
import type { Answers } from "../../src/benchmark/answers.ts";
import { outputName } from "../peers/peer.ts";
import { OURS, RIVAL, RIVAL_FOLDER, type SiteData, type WebCase, type WebNetwork } from "./site.ts";

type Spinexr = typeof import("../../src/index.web.ts");
type Ort = typeof import("onnxruntime-web");

export interface Surroundings {
  readonly site: SiteData;
  /** For engines that have threads. */
  readonly threads: number;
}

export interface OpenEngine {
  /** Name, version, backend, kernels: what really runs. */
  readonly about: string;
  /** null: it does not say. */
  readonly threads: number | null;
  run(): Promise<Answers>;
  close(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  /** A sentence where it cannot run here, "" where it may. */
  missing(surroundings: Surroundings): Promise<string>;
  open(each: WebCase, surroundings: Surroundings): Promise<OpenEngine>;
}

/** The first that opens is what the others' answers are held to. */
export const ENGINES: readonly Engine[] = [rival("wasm"), ours("wasm"), ours("webgpu"), rival("webgpu")];

type BackendName = "wasm" | "webgpu";

/** Modules that lie beside the page, not in its bundle. */
const load = async <T>(file: string): Promise<T> => (await import(new URL(file, document.baseURI).href)) as T;

/** Through the package's worker, as users have it: inputs are copied to it and outputs back. */
function ours(backend: BackendName): Engine {
  return {
    name: `spinexr ${backend}`,
    async missing() {
      const { listBackends } = await load<Spinexr>(OURS);
      const found = (await listBackends()).find(({ name }) => name === backend);
      return found === undefined ? `There is no backend "${backend}".` : found.reason;
    },
    async open({ networks }, { threads }) {
      const { loadNetwork, VERSION } = await load<Spinexr>(OURS);
      return openAll(networks, async ({ onnx, inputs: files }) => {
        const network = await loadNetwork(onnx, { backend, threads });
        const inputs = await readInputs(files);
        const { name, isa, device, threads: used } = network.backend;
        const parts = ["spinexr", VERSION, name, isa, backend === "webgpu" ? device : ""];
        return {
          about: parts.filter((part) => part !== "").join(" "),
          threads: backend === "wasm" ? used : null,
          run: () => network.run(inputs),
          close: () => network.dispose(),
        };
      });
    },
  };
}

/** On the page's thread, its default: nothing is copied to a worker, and the page stands still meanwhile. */
function rival(backend: BackendName): Engine {
  return {
    name: `onnxruntime-web ${backend}`,
    async missing({ site }) {
      if (site.onnxruntime === null)
        return "onnxruntime-web was not installed when this page was made (cd bench && npm ci).";
      if (backend === "webgpu" && (await navigator.gpu?.requestAdapter()) == null)
        return "This browser offers no WebGPU adapter.";
      return "";
    },
    async open({ networks }, { site, threads }) {
      const ort = await load<Ort>(RIVAL[backend]);
      ort.env.wasm.wasmPaths = new URL(RIVAL_FOLDER, document.baseURI).href;
      ort.env.wasm.numThreads = threads;
      ort.env.logLevel = "error";
      return openAll(networks, async ({ onnx, inputs: files }) => {
        const session = await ort.InferenceSession.create(onnx, { executionProviders: [backend] });
        const inputs = Object.entries(await readInputs(files));
        const feeds = Object.fromEntries(
          inputs.map(([key, { data, dims }]) => [key, new ort.Tensor("float32", data, dims)]),
        );
        return {
          about: `onnxruntime-web ${site.onnxruntime} ${backend}`,
          threads: backend === "wasm" ? threads : null,
          run: () => session.run(feeds),
          close: () => session.release(),
        };
      });
    },
  };
}

interface OpenNetwork extends Pick<OpenEngine, "about" | "threads" | "close"> {
  run(): Promise<Readonly<Record<string, { readonly data: unknown }>>>;
}

/** All or none; then they run one after another. */
async function openAll(
  networks: readonly WebNetwork[],
  open: (network: WebNetwork) => Promise<OpenNetwork>,
): Promise<OpenEngine> {
  const opened: OpenNetwork[] = [];
  const close = async (): Promise<void> => {
    for (const network of opened) await network.close();
  };
  try {
    for (const network of networks) opened.push(await open(network));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    about: opened[0]!.about,
    threads: opened[0]!.threads,
    async run() {
      const answers: Record<string, ArrayLike<number>> = {};
      for (const [index, network] of opened.entries())
        for (const [name, { data }] of Object.entries(await network.run()))
          answers[outputName(opened.length, index, name)] = numbers(data);
      return answers;
    },
    close,
  };
}

async function readInputs(files: WebNetwork["inputs"]) {
  const read = Object.entries(files).map(async ([name, { dims, file }]) => {
    const response = await fetch(file);
    if (!response.ok) throw new Error(`${file} was answered with ${response.status}.`);
    return [name, { dims: [...dims], data: new Float32Array(await response.arrayBuffer()) }] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

const numbers = (data: unknown): ArrayLike<number> =>
  data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number | bigint>, Number);
