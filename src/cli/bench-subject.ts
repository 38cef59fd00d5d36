/** What spinexr bench times: a network on made inputs, or a package that screens a phantom; opened on one backend at a time. */
import type { BackendChoice } from "../api/backend-choice.ts";
import { loadModel } from "../api/load-model.ts";
import { loadNetwork } from "../api/load-network.ts";
import type { ProgressEvent } from "../api/progress.ts";
import { readImage } from "../api/read-image.ts";
import type { BackendReport } from "../api/results.ts";
import type { Answers } from "../benchmark/answers.ts";
import { phantomDicom, planPhantom } from "../phantom/index.ts";
import { type Fill, makeInputs } from "./network-inputs.ts";

/** Pixels of the longer side of the phantom that packages screen: about what detectors are given. */
const PHANTOM_SIZE = 1600;

export interface OpenSubject extends AsyncDisposable {
  /** For the table: "DenseNet.onnx, image 1x3x224x224". */
  readonly subject: string;
  readonly backend: BackendReport;
  run(): Promise<Answers>;
}

export interface OpenOptions {
  readonly choice: BackendChoice;
  readonly signal: AbortSignal;
  readonly onProgress: (event: ProgressEvent) => void;
}

/** Opens the subject once more, on another backend. */
export type OpenOn = (options: OpenOptions) => Promise<OpenSubject>;

/** A network's file; its inputs are random, the same each time. */
export const networkSubject =
  (file: string, name: string, shapes: ReadonlyMap<string, readonly number[]>): OpenOn =>
  async ({ choice, signal, onProgress }) => {
    const network = await loadNetwork(file, { ...choice, signal, onProgress });
    try {
      const fill: Fill = "random";
      const inputs = makeInputs(network.inputs, shapes, fill);
      const dims = Object.entries(inputs).map(([input, tensor]) => `${input} ${tensor.dims.join("x")}`);
      return {
        subject: [name, ...dims].join(", "),
        backend: network.backend,
        async run() {
          const outputs = await network.run(inputs, { signal });
          return Object.fromEntries(
            Object.entries(outputs).map(([output, { data }]) => [
              output,
              data instanceof Float32Array ? data : Float32Array.from(data, Number),
            ]),
          );
        },
        [Symbol.asyncDispose]: () => network.dispose(),
      };
    } catch (error) {
      await network.dispose();
      throw error;
    }
  };

/** A whole screening of a phantom that is already decoded. */
export const packageSubject = (reference: string): OpenOn => {
  // Drawn once for all backends.
  const image = readImage(
    phantomDicom(planPhantom({ seed: 5, split: "test", index: 0, longest: PHANTOM_SIZE })),
  );
  return async ({ choice, signal, onProgress }) => {
    const picture = await image;
    const model = await loadModel(reference, { ...choice, signal, onProgress });
    return {
      subject: `${model.manifest.name} ${model.manifest.version}, screening a phantom of ${picture.height} x ${picture.width}`,
      backend: model.backend,
      async run() {
        const { abnormal, findings } = await model.screen(picture, { signal });
        // Of the findings only the surest: those near a threshold may come and go with the last digit.
        const scores = findings.map(({ score }) => score);
        return {
          probability: abnormal === null ? [] : [abnormal.probability],
          finding: scores.length === 0 ? [] : [Math.max(...scores)],
        };
      },
      [Symbol.asyncDispose]: () => model.dispose(),
    };
  };
};
