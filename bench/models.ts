/** DenseNet-121 with random weights as an ONNX file: a seeded state dict through the package's own converter. */
import { access, mkdir, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFamily } from "../src/convert/architectures/families.ts";
import type { CheckpointTensor } from "../src/convert/checkpoint/state-dict.ts";
import { writeModel } from "../src/onnx/write.ts";
import { sha256Hex } from "../src/platform/hash.ts";
import { random } from "./random.ts";

const SEED = 121;
const BLOCKS = [6, 12, 24, 16];
const INIT = 64;
const GROWTH = 32;
const BOTTLENECK = 128;
/** Pixels on the scale 0 to 255 less their mean have a variance near 5600; so has the stem's convolution of them. */
const STEM_VARIANCE = 6000;

/** The file's path; made anew unless a file of the same content is cached in the temporary folder. */
export async function denseNet121(): Promise<string> {
  const bytes = writeModel(findFamily("densenet121").convert(randomState(), "densenet121").model);
  const folder = join(tmpdir(), "spinexr-bench");
  const path = join(folder, `densenet121-${sha256Hex(bytes).slice(0, 16)}.onnx`);
  const cached = await access(path).then(
    () => true,
    () => false,
  );
  if (!cached) {
    await mkdir(folder, { recursive: true });
    const part = `${path}.${process.pid}`;
    await writeFile(part, bytes);
    await rename(part, path);
  }
  return path;
}

/** Weights whose activations keep a sensible size in all layers, so that a wrong kernel shows in the logits. */
function randomState(): Map<string, CheckpointTensor> {
  const next = random(SEED);
  const state = new Map<string, CheckpointTensor>();
  /** Nearly normal with deviation 1: the sum of three uniforms of variance 1/3 each. */
  const normal = (): number => 2 * (next() + next() + next()) - 3;
  const add = (name: string, dims: readonly number[], value: () => number): void => {
    const data = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, value);
    state.set(name, { dtype: "f32", dims, float32: () => data });
  };
  const conv = (name: string, output: number, input: number, size: number): void => {
    const scale = Math.sqrt(2 / (input * size * size));
    add(`${name}.weight`, [output, input, size, size], () => normal() * scale);
  };
  const norm = (name: string, channels: number, variance = 1): void => {
    add(`${name}.weight`, [channels], () => 0.75 + 0.5 * next());
    add(`${name}.bias`, [channels], () => 0.25 * normal());
    add(`${name}.running_mean`, [channels], () => 0.25 * normal());
    add(`${name}.running_var`, [channels], () => variance * (0.75 + 0.5 * next()));
  };
  conv("backbone.stem.0", INIT, 3, 7);
  norm("backbone.stem.1", INIT, STEM_VARIANCE);
  let channels = INIT;
  BLOCKS.forEach((layers, index) => {
    for (let layer = 1; layer <= layers; layer++) {
      const name = `backbone.block${index + 1}.denselayer${layer}`;
      norm(`${name}.norm1`, channels);
      conv(`${name}.conv1`, BOTTLENECK, channels, 1);
      norm(`${name}.norm2`, BOTTLENECK);
      conv(`${name}.conv2`, GROWTH, BOTTLENECK, 3);
      channels += GROWTH;
    }
    if (index + 1 === BLOCKS.length) return;
    const name = `backbone.transition${index + 1}`;
    norm(`${name}.norm`, channels);
    conv(`${name}.conv`, channels / 2, channels, 1);
    channels /= 2;
  });
  norm("backbone.norm5", channels);
  add("head.heads.0.weight", [1, channels], () => normal() / Math.sqrt(channels));
  add("head.heads.0.bias", [1], () => 0.1 * normal());
  return state;
}
