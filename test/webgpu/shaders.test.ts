/** The WGSL files: every kernel is valid, and the generated module is up to date. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { assert, skip, suite } from "../shim.ts";
import { runChild } from "./child.ts";

const test = suite("webgpu shaders");

test("shaders.ts holds what the .wgsl files say", () => {
  const script = join(import.meta.dirname, "..", "..", "scripts", "embed-wgsl.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  assert.is(status, 0, stderr);
});

test("every kernel compiles for every kind of memory, within default limits", () => {
  const outcome = runChild<{ count: number; kernels: number; problems: string[] }>("shaders.ts");
  if (outcome.skipped !== null) skip(outcome.skipped);
  const { count, kernels, problems } = outcome.result;
  assert.is(problems.length, 0, `${problems.length} problems:\n${problems.slice(0, 12).join("\n")}`);
  assert.ok(kernels >= 15);
  console.log(`NOTE ${kernels} kernels, ${count} pipelines are valid`);
});

test.run();
