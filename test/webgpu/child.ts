/**
 * WebGPU in Node: which driver there is, and scripts in a process of their own, since Dawn's threads keep Node alive. Scripts
 * call finish() with what they found out.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const SWIFTSHADER = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
  "/usr/lib64/chromium-browser/vk_swiftshader_icd.json",
];

const MARK = "RESULT ";

export type Outcome<T> = { readonly skipped: string } | { readonly skipped: null; readonly result: T };

/** Environment under which Dawn finds a driver: the one that is set, that of a GPU, or Chromium's SwiftShader. */
function driverEnvironment(): Record<string, string> {
  const { VK_ICD_FILENAMES } = process.env;
  if (VK_ICD_FILENAMES !== undefined || process.env.SPINEXR_WEBGPU_DRIVER === "system") return {};
  const found = SWIFTSHADER.find((path) => existsSync(path));
  return found === undefined ? {} : { VK_ICD_FILENAMES: found };
}

/** Whether scripts run on Chromium's SwiftShader, for want of another choice. */
export const onSwiftShader = (): boolean => driverEnvironment().VK_ICD_FILENAMES !== undefined;

/** Runs a script of this folder. Skipped where it says that there is no WebGPU; throws where it fails. */
export function runChild<T>(script: string, args: readonly string[] = [], seconds = 400): Outcome<T> {
  const path = join(import.meta.dirname, "children", script);
  const flags = ["--experimental-wasm-relaxed-simd", "--expose-gc", "--import", "tsx"];
  const child = spawnSync(process.execPath, [...flags, path, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...driverEnvironment() },
    timeout: seconds * 1000,
    maxBuffer: 1 << 28,
  });
  const line = child.stdout.split("\n").find((text) => text.startsWith(MARK));
  if (line === undefined)
    throw new Error(
      `${script} ended with ${child.status ?? child.signal}:\n${child.stdout}\n${child.stderr}`,
    );
  return JSON.parse(line.slice(MARK.length)) as Outcome<T>;
}

const end = (outcome: Outcome<unknown>): void => {
  process.stdout.write(`${MARK}${JSON.stringify(outcome)}\n`, () => process.exit(0));
};

/** In a child: hands over what `work` gives, or why there is no WebGPU. */
export async function finish(available: () => Promise<string | null>, work: () => Promise<unknown>) {
  try {
    const reason = await available();
    end(reason === null ? { skipped: null, result: await work() } : { skipped: reason });
  } catch (error) {
    process.stderr.write(`${(error as Error).stack}\n`, () => process.exit(1));
  }
}
