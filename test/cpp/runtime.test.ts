/** Builds the runtime and the ops with the address and undefined-behaviour sanitizers and runs their C++ tests. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodePlan } from "../../src/plan/encode.ts";
import { buildPlan } from "../../src/plan/lower.ts";
import { randomCase } from "../plan/random-nodes.ts";
import { assert, skip, suite } from "../shim.ts";
import {
  compileObjects,
  execute,
  hasCommand,
  isaJobs,
  isasOn,
  type Job,
  root,
  temporaryFolder,
} from "./build.ts";

const test = suite("runtime");
const folder = temporaryFolder();
test.after(() => rmSync(folder, { recursive: true, force: true }));

const compiler = process.env.CXX ?? "c++";
const sources = JSON.parse(readFileSync(join(root, "native/sources.json"), "utf8")) as {
  readonly flags: readonly string[];
  readonly core: readonly string[];
};
const SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const FLAGS = [
  ...["-std=c++20", "-O1", "-g1", "-Wall", "-Wextra", "-Werror", "-fno-exceptions", "-fno-rtti"],
  ...[...SANITIZE, "-DSPX_CHECKED", `-I${join(root, "native")}`, ...sources.flags],
];

/** The core without the pixel functions, which have tests of their own. */
function jobs(isas: readonly string[]): Job[] {
  const have = isas.map((name) => `-DSPX_HAVE_${name.toUpperCase()}`);
  return [
    ...sources.core
      .filter((source) => !source.startsWith("image/"))
      .map((source) => ({ source: `native/${source}`, flags: [...FLAGS, ...have] })),
    ...isas.flatMap((name) => isaJobs(name, FLAGS)),
  ];
}

/** Files of plans in half precision, as check_step has to find them good. */
function halfPlans(): string[] {
  return Array.from({ length: 300 }, (_, seed) => {
    const path = join(folder, `plan-${seed}`);
    writeFileSync(path, encodePlan(buildPlan(randomCase(seed).graph, { precision: "fp16" })));
    return path;
  });
}

test("the runtime and the ops keep to their memory and to the formulas", async () => {
  if (!hasCommand(compiler)) skip(`no C++ compiler (${compiler})`);
  const isas = isasOn(process.arch);
  if (isas.length === 0) skip(`no kernel set for ${process.arch}`);
  const programs = ["runtime_test", "ops_test", "check_test"];
  const tests = programs.map((name) => ({ source: `test/cpp/${name}.cpp`, flags: FLAGS }));
  const objects = await compileObjects(compiler, [...tests, ...jobs(isas)], folder);
  const shared = objects.slice(programs.length);
  for (const [index, name] of programs.entries()) {
    const program = join(folder, name);
    await execute(compiler, [...SANITIZE, objects[index] as string, ...shared, "-pthread", "-o", program]);
    // Huge claims of a hostile plan must come back as "out of memory", as they do from malloc.
    process.env.ASAN_OPTIONS = "allocator_may_return_null=1:max_allocation_size_mb=512";
    const rest = name === "check_test" ? halfPlans() : [];
    const report = await execute(program, name === "ops_test" ? [] : ["100000", ...rest]);
    console.log(report.trim());
    assert.match(report, /good\n$/);
  }
});

test.run();
