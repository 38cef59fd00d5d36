/** A Radiograph to what all networks of a package eat, from one reading of the picture. */
import type { EngineInput } from "../api/tensor.ts";
import type { ImageCore, ImageInput } from "../backends/core.ts";
import type { Size } from "../image/fit.ts";
import type { Radiograph } from "../image/radiograph.ts";
import type { ClassifierEntry, DetectorEntry, ModelInput } from "../package/manifest.ts";
import { detectorInput } from "./detector-input.ts";
import { type Conversion, toPicture } from "./preprocess.ts";

export interface PreparedDetection {
  readonly inputs: Readonly<Record<string, EngineInput>>;
  /** Of the picture inside the network's input. */
  readonly size: Size;
}

export interface Prepared {
  readonly conversion: Conversion;
  /** By inputKey(): one tensor f32 [1, 3, height, width] per distinct description, so that an ensemble resizes once. */
  readonly classify: ReadonlyMap<string, EngineInput>;
  readonly detect: PreparedDetection | null;
  /** For whoever has run all networks to their end: the tensors become those of a later picture. */
  release(): void;
  /** For whoever has not: see InputTensors. */
  abandon(): void;
}

/** What networks there are; at least one. */
export interface Halves {
  readonly classifiers: readonly { readonly entry: ClassifierEntry }[];
  readonly detector: { readonly entry: DetectorEntry } | null;
}

/** Planes are in the model's colour order: all are the same grey, each with its own mean and deviation. */
export async function prepare(
  core: ImageCore,
  radiograph: Radiograph,
  { classifiers, detector }: Halves,
): Promise<Prepared> {
  const distinct = new Map(classifiers.map(({ entry }) => [inputKey(entry.input), entry.input]));
  const wanted = [...distinct.values()].map(classifierInput);
  const forDetector = detector && detectorInput(detector.entry.input, radiograph);
  if (forDetector !== null) wanted.push(forDetector);
  const { tensors, conversion, release, abandon } = await core.inputs(toPicture(radiograph), wanted);
  const asTensor = (i: number): EngineInput => {
    const { paddedHeight, paddedWidth } = wanted[i]!;
    return { dims: [1, 3, paddedHeight, paddedWidth], data: tensors[i]! };
  };
  return {
    conversion,
    classify: new Map([...distinct.keys()].map((key, i) => [key, asTensor(i)])),
    detect: detector && forDetector && detection(detector.entry, asTensor(distinct.size), forDetector),
    release,
    abandon,
  };
}

/** Sizes of the resized pictures, in the order in which they are made. */
export const preparedSizes = ({ classify, detect }: Prepared): string =>
  [...classify.values()]
    .map(({ dims }) => ({ height: dims[2]!, width: dims[3]! }))
    .concat(detect === null ? [] : [detect.size])
    .map(({ height, width }) => `${height} x ${width}`)
    .join(", ");

/** Equal for inputs of equal description. */
export const inputKey = (input: ModelInput): string => JSON.stringify(input);

/** Stretched to the model's size. */
const classifierInput = ({ height, width, mean, std }: ModelInput): ImageInput => ({
  height,
  width,
  paddedHeight: height,
  paddedWidth: width,
  mean,
  std,
});

function detection(
  { inputName, sizeInputName }: DetectorEntry,
  tensor: EngineInput,
  { height, width }: Size,
): PreparedDetection {
  const inputs: Record<string, EngineInput> = { [inputName]: tensor };
  if (sizeInputName !== null) inputs[sizeInputName] = { dims: [2], data: Float32Array.of(height, width) };
  return { inputs, size: { height, width } };
}

/** What `work` makes of a prepared picture, whose tensors are given back then. */
export async function withPrepared<T>(prepared: Prepared, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    prepared.release();
    return result;
  } catch (error) {
    // A run that was cancelled may still be under way.
    prepared.abandon();
    throw error;
  }
}
