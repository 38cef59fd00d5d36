/**
 * A function that two objects may both define (a weak symbol: an inline function, a template's instance) is kept once,
 * in whichever form the linker meets first: compiled with wide instructions it would end up in the baseline and crash
 * an older processor. So no object of an instruction set may define one.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, skip, suite } from "../shim.ts";
import { compileObjects, execute, hasCommand, isaJobs, isasOn, temporaryFolder } from "./build.ts";

const test = suite("weak symbols");
const compiler = process.env.CXX ?? "c++";
const folder = temporaryFolder();
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** Weak (W, V) and unique (u) definitions in an object. */
async function weakSymbols(object: string): Promise<string[]> {
  const symbols = await execute("nm", ["-C", "--defined-only", object]);
  return symbols.split("\n").filter((line) => /^\S+ [WVu] /.test(line));
}

function needTools(): void {
  for (const command of [compiler, "nm"]) if (!hasCommand(command)) skip(`${command} is not installed`);
}

test("the check finds a template's instance", async () => {
  needTools();
  const source = join(folder, "weak.cpp");
  const object = join(folder, "weak.o");
  writeFileSync(
    source,
    "template <class T> T twice(T x) { return x + x; }\nint f(int x) { return twice(x); }\n",
  );
  await execute(compiler, ["-O0", "-c", source, "-o", object]);
  assert.is((await weakSymbols(object)).length, 1);
});

for (const isa of isasOn(process.arch)) {
  test(`${isa} defines no weak symbol`, async () => {
    needTools();
    const jobs = isaJobs(isa);
    const target = join(folder, isa);
    mkdirSync(target);
    const objects = await compileObjects(compiler, jobs, target);
    for (const [index, object] of objects.entries()) {
      assert.equal(await weakSymbols(object), [], jobs[index]?.source);
    }
  });
}

test.run();
