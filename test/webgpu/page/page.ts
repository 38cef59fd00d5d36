/** What the tests call in a page: operator cases on the executor itself, and whole models through the package's face. */

import type { Finding } from "../../../src/api/results.ts";
import { webgpuBackend } from "../../../src/backends/webgpu/web.ts";
import { checkOpCases, type OpCaseResults } from "../op-cases.ts";

/** Of the core's modules, for host steps. */
const WASM = { url: new URL("/dist/wasm/", location.href) };
const ENTRY = "/dist/web/index.js";

async function ops(precision: "fp32" | "fp16", seed: number): Promise<OpCaseResults> {
  const instance = await webgpuBackend.open({ threads: 1, precision, worker: false, wasm: WASM });
  try {
    return await checkOpCases(instance, precision, seed);
  } finally {
    await instance.dispose();
  }
}

export interface ModelAnswer {
  readonly backend: string;
  readonly device: string;
  /** After the run. */
  readonly hostSteps: readonly string[];
  /** null without classifiers. */
  readonly probability: number | null;
  readonly findings: readonly Finding[];
}

/** @param reference, picture: addresses */
async function model(reference: string, picture: string): Promise<ModelAnswer> {
  const { loadModel, readImage } = (await import(ENTRY)) as typeof import("../../../src/index.web.ts");
  const opened = await loadModel(reference, { backend: "webgpu" });
  try {
    const image = await readImage(picture);
    const { classifiers, detector } = opened.manifest;
    const probability = classifiers.length === 0 ? null : (await opened.classify(image)).probability;
    const findings = detector === null ? [] : await opened.detect(image);
    const { name, device, hostSteps } = opened.backend;
    return { backend: name, device, hostSteps, probability, findings };
  } finally {
    await opened.dispose();
  }
}

declare global {
  var webgpuTests: { readonly ops: typeof ops; readonly model: typeof model };
}
globalThis.webgpuTests = { ops, model };
