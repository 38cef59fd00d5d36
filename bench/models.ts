/** The networks of the pipeline at full size with seeded random weights: checkpoints, and packages made of them. */
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { convertToPackage } from "../src/convert/convert-to-package.ts";
import { encodePng } from "../src/image/png-write.ts";
import { describeInputs, parseModel } from "../src/onnx/import.ts";
import { readBytes } from "../src/platform/files.ts";
import { random } from "../test/support/random.ts";
import { randomDenseNet, TINY } from "../test/support/random-densenet.ts";
import { FULL_SPARSE_RCNN, type RetinaNetSize, randomDetector } from "../test/support/random-detector.ts";
import { type TestState, writeCheckpoint } from "../test/support/torch-writer.ts";
import { cached } from "./cache.ts";
import type { Checkpoint, Job, NetworkJob, TensorFile } from "./peers/peer.ts";

const INPUT_SEED = 7;
const WRITERS = ["random-densenet", "random-detector", "torch-writer", "pickle-writer", "zip-writer"];
const GENERATORS = [
  ...WRITERS.map((file) => `test/support/${file}.ts`),
  "bench/models.ts",
  "test/support/random.ts",
];
const CONVERTERS = [...GENERATORS, "src/convert", "src/decoders", "src/onnx", "src/package"];

const DENSENET = { ...TINY, init: 64, growth: 32, bottleneck: 128 };
const FULL_RETINANET: RetinaNetSize = {
  kind: "retinanet",
  backbone: { ...FULL_SPARSE_RCNN.backbone, stages: [3, 4, 5] },
  classes: 7,
  anchors: 9,
  convs: 4,
};

export type Architecture = keyof typeof STATES;
const STATES = {
  densenet121: () => randomDenseNet({ ...DENSENET, blocks: [6, 12, 24, 16] }, random(121)),
  densenet169: () => randomDenseNet({ ...DENSENET, blocks: [6, 12, 32, 32] }, random(169)),
  densenet201: () => randomDenseNet({ ...DENSENET, blocks: [6, 12, 48, 32] }, random(201)),
  retinanet: () => randomDetector(FULL_RETINANET, random(50)),
  "sparse-rcnn": () => randomDetector(FULL_SPARSE_RCNN, random(106)),
} satisfies Record<string, () => TestState>;

/** A network's state dict, the same on every machine. */
export const randomState = (architecture: Architecture): TestState => STATES[architecture]();

const checkpoint = async (architecture: Architecture): Promise<Checkpoint> => ({
  architecture,
  file: await cached(`${architecture}.pth`, GENERATORS, (path) =>
    writeFile(path, writeCheckpoint(randomState(architecture))),
  ),
});

/** A package folder of these networks; each is in it as ARCHITECTURE.onnx. */
export async function modelPackage(archs: readonly Architecture[]) {
  const checkpoints = await Promise.all(archs.map(checkpoint));
  const folder = await cached(archs.join("+"), CONVERTERS, (out) =>
    convertToPackage({ checkpointPaths: checkpoints.map(({ file }) => file), archs, out, name: "bench" }),
  );
  return { folder, checkpoints };
}

type Dims = readonly [number, number, number, number];

/** Networks one after another, each in a package of its own, on random pixels. */
export async function networks(archs: readonly Architecture[], dims: Dims): Promise<Job> {
  const jobs = archs.map(async (architecture): Promise<NetworkJob> => {
    const { folder, checkpoints } = await modelPackage([architecture]);
    const inputs: Record<string, TensorFile> = { image: await randomPixels(dims) };
    if (architecture === "sparse-rcnn")
      inputs.size = await tensorFile([2], () => dims.slice(2), `size-${dims.slice(2).join("x")}`);
    return { onnx: join(folder, `${architecture}.onnx`), checkpoint: checkpoints[0]!, inputs };
  });
  return { kind: "networks", networks: await Promise.all(jobs) };
}

/** Another ONNX file with one float32 input. */
export async function foreignNetwork(onnx: string, dims: readonly number[]): Promise<Job> {
  const required = describeInputs(parseModel(await readBytes(onnx))).filter(({ optional }) => !optional);
  if (required.length !== 1)
    throw new Error(`${basename(onnx)} has ${required.length} inputs; expected one of float32.`);
  const inputs = { [required[0]!.name]: await randomPixels(dims) };
  return { kind: "networks", networks: [{ onnx, checkpoint: null, inputs }] };
}

/** The ensemble and the detector on a grey picture whose short side is 2.5 times that of the detector's input. */
export async function screening(): Promise<Job> {
  const archs = ["densenet121", "densenet169", "densenet201", "sparse-rcnn"] as const;
  const [height, width] = [2720, 2000];
  const picture = await cached(`picture-${height}x${width}.png`, ["bench/models.ts"], async (path) => {
    const next = random(INPUT_SEED);
    const pixels = Uint8Array.from({ length: height * width }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return 110 + 70 * Math.sin(x / 90) * Math.cos(y / 140) + 40 * Math.sin(x / 13 + y / 29) + 30 * next();
    });
    await writeFile(path, encodePng({ pixels, height, width }));
  });
  return { kind: "screen", ...(await modelPackage(archs)), picture };
}

/** Like a prepared radiograph: grey values on the scale 0 to 255 around their mean. */
function randomPixels(dims: readonly number[]): Promise<TensorFile> {
  const next = random(INPUT_SEED);
  return tensorFile(dims, (count) => Float32Array.from({ length: count }, () => 255 * next() - 127.5));
}

async function tensorFile(
  dims: readonly number[],
  values: (count: number) => ArrayLike<number>,
  name = `input-${dims.join("x")}`,
): Promise<TensorFile> {
  const file = await cached(`${name}.f32`, ["bench/models.ts", "test/support/random.ts"], (path) =>
    writeFile(path, new Uint8Array(Float32Array.from(values(dims.reduce((a, b) => a * b, 1))).buffer)),
  );
  return { dims, file };
}
