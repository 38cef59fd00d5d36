/** Where a classifier sees what it calls abnormal. */
import { loadNetwork, type Model, type Network, type Radiograph } from "../engine.ts";
import type { Choice } from "../state/app.ts";
import { activationNetwork, MAP } from "./activation-network.ts";

export interface ActivationMap {
  readonly width: number;
  readonly height: number;
  /** Row-major: the logit that the whole picture would have if it looked like this place everywhere. */
  readonly logits: Float32Array;
}

/** Of the package's first classifier. Kept until dispose(). */
export class Activation {
  readonly #model: Model;
  readonly #network: Promise<Network>;

  /** @param folder address of the model package */
  constructor(model: Model, folder: string, { threads, wasmBuild }: Choice) {
    this.#model = model;
    const [classifier] = model.manifest.classifiers;
    this.#network = (async () => {
      if (classifier === undefined)
        throw Object.assign(new Error("This model has no classifier, and so no heatmap."), {
          code: "INVALID_ARGUMENT",
        });
      const response = await fetch(folder + classifier.file);
      if (!response.ok)
        throw Object.assign(new Error(`${classifier.file} could not be fetched for the heatmap.`), {
          code: "FILE_UNREADABLE",
        });
      const changed = activationNetwork(new Uint8Array(await response.arrayBuffer()), classifier.outputName);
      return loadNetwork(changed, {
        backend: model.backend.name as "auto",
        threads,
        wasmBuild: wasmBuild as "auto",
        delegate: false,
      });
    })();
    this.#network.catch(() => undefined); // map() tells it
  }

  async map(image: Radiograph): Promise<ActivationMap> {
    const network = await this.#network;
    const { input, inputName } = this.#model.manifest.classifiers[0]!;
    const { height, width, mean, std } = input;
    const { pixels } = await this.#model.display(image, { size: { height, width } });
    const data = new Float32Array(3 * pixels.length);
    for (let plane = 0; plane < 3; plane++)
      for (let i = 0; i < pixels.length; i++)
        data[plane * pixels.length + i] = (pixels[i]! - mean[plane]!) / std[plane]!;
    const outputs = await network.run({ [inputName]: { dims: [1, 3, height, width], data } });
    const { dims, data: all } = outputs[MAP]!;
    const [rows, columns] = [dims[2]!, dims[3]!];
    return { width: columns, height: rows, logits: (all as Float32Array).slice(0, rows * columns) };
  }

  async dispose(): Promise<void> {
    const network = await this.#network.catch(() => null);
    await network?.dispose().catch(() => undefined);
  }
}
