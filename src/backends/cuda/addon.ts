/** What the addon offers for GPUs (native/addon/cuda_wrap.h). Sessions and weights of its engines are those of native/addon.ts. */
import type { EngineHandle, SessionHandle } from "../native/addon.ts";

export type TensorHandle = { readonly tensor: unique symbol };

/** spx_cuda_device of native/cuda/cuda_api.h. */
export interface CudaDevice {
  readonly name: string;
  /** Compute capability. */
  readonly major: number;
  readonly minor: number;
  readonly multiprocessors: number;
  /** 13000 is CUDA 13.0. */
  readonly driver: number;
  readonly runtime: number;
  /** 91002 is cuDNN 9.10.2. */
  readonly cudnn: number;
  /** Of its memory. */
  readonly bytes: number;
  /** Why it cannot be used; "" where it can. */
  readonly reason: string;
}

export interface CudaAddon {
  /** `path`: of libspinexr_cuda. The reason is "" where there is a device. */
  cudaDevices(path: string): Promise<{ readonly reason: string; readonly devices: readonly CudaDevice[] }>;
  /** Rejects with BACKEND_UNAVAILABLE and the exact reason. */
  cudaEngineCreate(
    path: string,
    device: number,
    allowTf32: number,
    deterministic: number,
    workspaceLimit: number,
  ): Promise<EngineHandle>;
  /**
   * Milliseconds of each of `runs` (1 to 65536) runs on the same inputs, by the device's clock: inputs copied there, steps,
   * outputs copied back. Copies the inputs before it returns; outputs are not given out.
   */
  cudaSessionTime(
    session: SessionHandle,
    inputs: readonly ArrayBufferView[],
    runs: number,
  ): Promise<Float32Array>;
  /** Idempotent; a run that reads the tensor ends first. */
  cudaTensorDestroy(tensor: TensorHandle): void;
}
