/** DenseNet-121 and the ensemble: each way to run them here against the onnxruntime that a user would take instead. */
import { foreignNetwork, networks } from "../models.ts";
import { againstOnnx, type Case, cpu, ortNode, ortWeb, type Subject, wasm } from "./case.ts";

/** NCHW of the reference's classifiers. */
export const CLASSIFY_DIMS = [1, 3, 224, 224] as const;

export const SINGLE: Subject = {
  what: "DenseNet-121, 224 x 224",
  job: () => networks(["densenet121"], CLASSIFY_DIMS),
};
export const BATCH: Subject = {
  what: "DenseNet-121, 8 x 224 x 224",
  job: () => networks(["densenet121"], [8, 3, 224, 224]),
  images: 8,
};
export const ENSEMBLE: Subject = {
  what: "DenseNet-121, -169 and -201, 224 x 224",
  job: () => networks(["densenet121", "densenet169", "densenet201"], CLASSIFY_DIMS),
};

/** "plain" on one thread is the module for pages without shared memory. */
const onEachBackend = (subject: Subject): Case[] => [
  againstOnnx("classify/cpu/1T", subject, cpu(1), ortNode(1), { target: 1.6 }),
  againstOnnx("classify/cpu/2T", subject, cpu(2), ortNode(2), { target: 1.75 }),
  againstOnnx("classify/cpu-avx2/1T", subject, { ...cpu(1), isa: "avx2" }, ortNode(1), { target: 1.4 }),
  againstOnnx("classify/wasm-relaxed/1T", subject, wasm("relaxed-threads", 1), ortWeb(1), { target: 3 }),
  againstOnnx("classify/wasm-relaxed/2T", subject, wasm("relaxed-threads", 2), ortWeb(2)),
  againstOnnx("classify/wasm-plain/1T", subject, wasm("simd", 1), ortWeb(1), { target: 2.5 }),
  againstOnnx("classify/wasm-plain/2T", subject, wasm("simd-threads", 2), ortWeb(2)),
];

export const CLASSIFY: readonly Case[] = [
  ...onEachBackend(SINGLE),
  againstOnnx("classify-batch8/cpu/2T", BATCH, cpu(2), ortNode(2), { target: 1.7 }),
  againstOnnx("ensemble/cpu/2T", ENSEMBLE, cpu(2), ortNode(2), { target: 1.7 }),
];

/** A network that the user brings. */
export const foreignCases = (file: string, dims: readonly number[]): Case[] =>
  onEachBackend({ what: `${file}, ${dims.join(" x ")}`, job: () => foreignNetwork(file, dims) }).map(
    ({ target: _, ...rest }) => rest,
  );
