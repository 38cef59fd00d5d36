/** The README's programs run as they stand. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assert, suite } from "../shim.ts";

const test = suite("readme");
const root = join(import.meta.dirname, "../..");
const programs = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/```ts\n([\s\S]*?)```/g)];

for (const [i, [, program]] of programs.entries()) {
  test(`program ${i + 1} prints an answer and nothing on stderr`, () => {
    // Beside package.json, so that the package finds itself by name, built as users get it.
    const file = join(root, `.readme-${process.pid}-${i}.mjs`);
    writeFileSync(file, program);
    try {
      const child = spawnSync(process.execPath, [file], { cwd: root, encoding: "utf8", timeout: 60_000 });
      assert.is(child.status, 0, child.stderr);
      assert.is(child.stderr, "");
      assert.match(child.stdout, /\d/);
    } finally {
      rmSync(file);
    }
  });
}

test("there are programs to run", () => assert.ok(programs.length >= 2));

test.run();
