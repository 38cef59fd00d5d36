/** What rival.py is told of a case: files with weights and inputs, made in a folder that the run removes. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { convertToPackage } from "../../src/convert/convert-to-package.ts";
import { attachDecoder } from "../../src/decoders/index.ts";
import { parseModel } from "../../src/onnx/import.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import type { Decoder, Manifest } from "../../src/package/manifest.ts";
import type { Precision } from "../../src/plan/lower.ts";
import { readBytes } from "../../src/platform/files.ts";
import { random } from "../../test/support/random.ts";
import { writeCheckpoint } from "../../test/support/torch-writer.ts";
import { type Architecture, randomState } from "../models.ts";
import type { NetworkCase, ScreenCase } from "./cases.ts";

/** Inputs that take turns: what a run reads is not what the one before has left in the caches. */
export const INPUTS = 16;

export interface RivalNetwork {
  readonly architecture: Architecture;
  readonly checkpoint: string;
  readonly decoder: Decoder | null;
}

export type RivalJob =
  | {
      readonly kind: "network";
      readonly precision: Precision;
      readonly compile: boolean;
      readonly network: RivalNetwork;
      readonly dims: Readonly<Record<string, readonly number[]>>;
      /** Files of float32 by name, for each input. */
      readonly inputs: readonly Readonly<Record<string, string>>[];
    }
  | {
      readonly kind: "screen";
      readonly precision: Precision;
      /** With model.json. */
      readonly folder: string;
      readonly networks: readonly RivalNetwork[];
      readonly size: readonly [number, number];
      /** Files of unsigned 16-bit samples. */
      readonly pictures: readonly string[];
    };

export interface Written {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly networks: readonly RivalNetwork[];
}

/** Networks with random weights as checkpoints, and the package made of them. */
export async function writeNetworks(folder: string, archs: readonly Architecture[]): Promise<Written> {
  const file = (architecture: Architecture): string => join(folder, `${architecture}.pth`);
  for (const architecture of archs)
    await writeFile(file(architecture), writeCheckpoint(randomState(architecture)));
  const out = join(folder, archs.join("+"));
  const { manifest } = await convertToPackage({
    checkpointPaths: archs.map(file),
    archs,
    out,
    name: "bench",
  });
  const decoderOf = (architecture: Architecture): Decoder | null =>
    manifest.detector?.architecture === architecture ? manifest.detector.decoder : null;
  const networks = archs.map((architecture) => ({
    architecture,
    checkpoint: file(architecture),
    decoder: decoderOf(architecture),
  }));
  return { folder: out, manifest, networks };
}

/** A network of a package as it runs: detectors end in boxes. */
export async function readNetwork(
  { folder, manifest }: Written,
  architecture: Architecture,
): Promise<OnnxModel> {
  const model = parseModel(await readBytes(join(folder, `${architecture}.onnx`)));
  const { detector } = manifest;
  return detector?.architecture === architecture
    ? attachDecoder(model, detector.decoder, detector.labels.length)
    : model;
}

export interface NetworkInputs {
  readonly dims: Readonly<Record<string, readonly number[]>>;
  /** By name, for each of INPUTS. */
  readonly arrays: readonly Readonly<Record<string, Float32Array>>[];
  readonly files: readonly Readonly<Record<string, string>>[];
}

/** Like prepared radiographs: grey values on the scale 0 to 255 around their mean. */
export async function writeInputs(
  folder: string,
  { name, architecture, dims }: NetworkCase,
): Promise<NetworkInputs> {
  const length = dims.reduce((a, b) => a * b, 1);
  const arrays: Record<string, Float32Array>[] = [];
  const files: Record<string, string>[] = [];
  const sized = architecture === "sparse-rcnn";
  for (let i = 0; i < INPUTS; i++) {
    const next = random(100 + i);
    const image = new Float32Array(length);
    for (let j = 0; j < length; j++) image[j] = 255 * next() - 127.5;
    arrays.push(sized ? { image, size: Float32Array.from(dims.slice(2)) } : { image });
    files.push({});
    for (const [input, data] of Object.entries(arrays[i]!)) {
      files[i]![input] = join(folder, `${name.replaceAll("/", "-")}-${input}-${i}.f32`);
      await writeFile(files[i]![input]!, new Uint8Array(data.buffer));
    }
  }
  return { dims: sized ? { image: dims, size: [2] } : { image: dims }, arrays, files };
}

/** Pictures with shading, ribs and noise, in 12 of 16 bits. */
export async function writePictures(folder: string, { size }: ScreenCase) {
  const [height, width] = size;
  const arrays: Uint16Array[] = [];
  const files: string[] = [];
  for (let i = 0; i < INPUTS; i++) {
    const next = random(200 + i);
    const samples = new Uint16Array(height * width);
    for (let y = 0; y < height; y++) {
      const row = 1800 + 300 * Math.sin(y / (90 + i));
      for (let x = 0; x < width; x++)
        samples[y * width + x] = row + 900 * Math.sin(x / 210 + i) + 400 * ((x >> 6) & 1) + 480 * next();
    }
    arrays.push(samples);
    files.push(join(folder, `picture-${i}.u16`));
    await writeFile(files[i]!, new Uint8Array(samples.buffer));
  }
  return { arrays, files };
}
