/** Compiles every kernel for every way of seeing the arena on Dawn's null backend, which validates and runs nothing. */
import type { Memory } from "../../../src/backends/webgpu/dispatch.ts";
import { TILES } from "../../../src/backends/webgpu/ops/gemm.ts";
import { shaderSource } from "../../../src/backends/webgpu/pipelines.ts";
import { SHADERS, type ShaderName } from "../../../src/backends/webgpu/shaders.ts";
import { finish } from "../child.ts";

const PARTS: readonly ShaderName[] = ["elements", "math"];
const MEMORIES: readonly Memory[] = ["words", "atomics", "quads", "pairs"];
const kernels = (Object.keys(SHADERS) as ShaderName[]).filter(
  (name) => !name.startsWith("memory_") && !PARTS.includes(name),
);

/** Values under which each kernel is complete; every override is named, so that a new one has to be, too. */
function constantsOf(kernel: ShaderName, set: number): Record<string, number> {
  const values: Record<string, number> = {};
  for (const [, name, type] of SHADERS[kernel].matchAll(/override (\w+): (\w+);/g)) {
    const special = { LANES: set === 0 ? 1 : 64, RANK: 1 + set, TILED: set === 0 ? 1 : 0 }[name!];
    values[name!] =
      special ?? (name!.endsWith("_TYPE") ? (set === 0 ? 0 : 3) : type === "bool" ? set % 2 : set);
  }
  return values;
}

/** Dawn crashes where a device outlives what it came from. */
const alive: unknown[] = [];
const keepAlive = (object: unknown): void => {
  alive.push(object);
};

await finish(
  async () =>
    import("webgpu").then(
      () => null,
      () => 'the package "webgpu" is not installed',
    ),
  async () => {
    const { create } = (await import("webgpu")) as unknown as { create(options: readonly string[]): GPU };
    const gpu = create(["backend=null"]);
    keepAlive(gpu);
    const adapter = await gpu.requestAdapter();
    keepAlive(adapter);
    const device = await adapter!.requestDevice();
    const problems: string[] = [];
    let count = 0;
    for (const kernel of kernels) {
      for (const memory of MEMORIES) {
        for (const sizes of kernel === "gemm" ? TILES : [{}]) {
          const code = shaderSource(kernel, memory, sizes);
          const module = device.createShaderModule({ code });
          const { messages } = await module.getCompilationInfo();
          problems.push(
            ...messages.map(({ message, lineNum }) => `${kernel} ${memory}, line ${lineNum}: ${message}`),
          );
          for (const set of [0, 1, 2]) {
            count++;
            try {
              await device.createComputePipelineAsync({
                layout: "auto",
                compute: { module, entryPoint: "main", constants: constantsOf(kernel, set) },
              });
            } catch (error) {
              problems.push(`${kernel} ${memory} ${set}: ${(error as Error).message}`);
            }
          }
        }
      }
    }
    return { count, kernels: kernels.length, problems };
  },
);
