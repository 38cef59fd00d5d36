/** Compiled kernels of one device, each once: by kernel, memory and constants. Compiled asynchronously, when plans are prepared. */
import { SpineXRError } from "../../api/errors.ts";
import type { GpuDevice } from "./device.ts";
import type { Dispatch, Memory } from "./dispatch.ts";
import { SHADERS, type ShaderName } from "./shaders.ts";

/** GPUShaderStage.COMPUTE */
const COMPUTE = 4;

/** The text of a kernel with what it stands on. Sizes are declared in front of it; lines with $r are repeated for each r < ROWS. */
export function shaderSource(
  kernel: ShaderName,
  memory: Memory,
  sizes: Readonly<Record<string, number>> = {},
): string {
  const declared = Object.entries(sizes).map(([name, value]) => `const ${name} = ${value}u;\n`);
  const rows = [...Array(sizes.ROWS ?? 0).keys()];
  const body = SHADERS[kernel].replace(/^.*\$r.*\n/gm, (line) =>
    rows.map((r) => line.replaceAll("$r", `${r}`)).join(""),
  );
  return [SHADERS[`memory_${memory}`], SHADERS.elements, SHADERS.math, ...declared, body].join("");
}

export class Pipelines {
  readonly #gpu: GpuDevice;
  readonly #modules = new Map<string, Promise<GPUShaderModule>>();
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();
  #layouts: { own: GPUBindGroupLayout; weights: GPUBindGroupLayout } | null = null;

  constructor(gpu: GpuDevice) {
    this.#gpu = gpu;
  }

  /** Group 0: the arena, and the parameters at an offset of their own. Group 1: packed weights. */
  get layouts() {
    const { device } = this.#gpu;
    this.#layouts ??= {
      own: device.createBindGroupLayout({
        entries: [
          { binding: 0, visibility: COMPUTE, buffer: { type: "storage" } },
          { binding: 1, visibility: COMPUTE, buffer: { type: "uniform", hasDynamicOffset: true } },
        ],
      }),
      weights: device.createBindGroupLayout({
        entries: [{ binding: 0, visibility: COMPUTE, buffer: { type: "read-only-storage" } }],
      }),
    };
    return this.#layouts;
  }

  /** @throws SpineXRError INTERNAL */
  get({ kernel, memory, sizes, constants }: Dispatch): Promise<GPUComputePipeline> {
    const key = JSON.stringify([kernel, memory, sizes, Object.entries(constants).sort()]);
    let pipeline = this.#pipelines.get(key);
    if (pipeline === undefined) {
      pipeline = this.#compile({ kernel, memory, sizes, constants });
      this.#pipelines.set(key, pipeline);
      pipeline.catch(() => this.#pipelines.delete(key));
    }
    return pipeline;
  }

  #module(kernel: ShaderName, memory: Memory, sizes: Dispatch["sizes"]): Promise<GPUShaderModule> {
    const key = JSON.stringify([kernel, memory, sizes]);
    let module = this.#modules.get(key);
    if (module === undefined) {
      const code = shaderSource(kernel, memory, sizes);
      module = this.#gpu.scoped(`The shader ${kernel}`, () => this.#gpu.device.createShaderModule({ code }));
      this.#modules.set(key, module);
      module.catch(() => this.#modules.delete(key));
    }
    return module;
  }

  async #compile({ kernel, memory, sizes, constants }: Omit<Dispatch, "params" | "workgroups">) {
    const { device } = this.#gpu;
    const module = await this.#module(kernel, memory, sizes);
    const { own, weights } = this.layouts;
    const bindGroupLayouts = usesWeights(kernel) ? [own, weights] : [own];
    const values = Object.fromEntries(
      Object.entries(constants).map(([name, value]) => [name, Number(value)]),
    );
    return this.#gpu.guard(async () => {
      try {
        return await device.createComputePipelineAsync({
          layout: device.createPipelineLayout({ bindGroupLayouts }),
          compute: { module, entryPoint: "main", constants: values },
        });
      } catch (cause) {
        throw new SpineXRError("INTERNAL", `The kernel ${kernel} was refused: ${(cause as Error).message}`, {
          cause,
        });
      }
    });
  }
}

/** Whether a kernel has packed weights, or a stand-in, in group 1. */
export const usesWeights = (kernel: ShaderName): boolean => kernel === "gemm" || kernel === "depthwise";
