/** The ways to compute on a GPU, and how far each may be from the truth. */
import type { BackendInstance, BackendOptions } from "../../../src/backends/backend.ts";
import { BACKENDS } from "../../../src/backends/registry.ts";

export interface Variant {
  readonly label: string;
  readonly options: Pick<BackendOptions, "precision" | "allowTf32" | "deterministic">;
  /** Of the largest value of an output. */
  readonly tolerance: number;
}

export const FP32: Variant = { label: "fp32", options: {}, tolerance: 1e-4 };
export const FP16: Variant = { label: "fp16", options: { precision: "fp16" }, tolerance: 2e-2 };
/** Ten bits of fraction in products, as in half precision. */
export const TF32: Variant = { label: "TF32", options: { allowTf32: true }, tolerance: 2e-3 };
export const DETERMINISTIC: Variant = {
  label: "deterministic",
  options: { deterministic: true },
  tolerance: 1e-4,
};

export async function withCuda<T>(
  { options }: Pick<Variant, "options">,
  work: (instance: BackendInstance) => Promise<T>,
): Promise<T> {
  return using("cuda", options, work);
}

export const withCpu = <T>(work: (instance: BackendInstance) => Promise<T>): Promise<T> =>
  using("cpu", {}, work);

async function using<T>(
  name: "cuda" | "cpu",
  options: Partial<BackendOptions>,
  work: (instance: BackendInstance) => Promise<T>,
): Promise<T> {
  const backend = BACKENDS.find((each) => each.name === name)!;
  const instance = await backend.open({ threads: "auto", ...options });
  try {
    return await work(instance);
  } finally {
    await instance.dispose();
  }
}
