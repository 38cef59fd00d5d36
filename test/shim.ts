/**
 * The one place that knows the test runner (uvu). `suite(name)` collects tests; `skip(reason)` inside a test
 * prints a line and counts as skipped. test/run.ts runs every *.test.ts in its own process and adds the counts up.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { suite as uvuSuite } from "uvu";

export * as assert from "uvu/assert";
export { random } from "./support/random.ts";

class Skip extends Error {}
let skipped = 0;

export interface Suite {
  (name: string, test: () => void | Promise<void>): void;
  after(hook: () => void | Promise<void>): void;
  before(hook: () => void | Promise<void>): void;
  run(): void;
}

export function suite(name: string): Suite {
  const inner = uvuSuite(name);
  const wrapped = ((title: string, test: () => void | Promise<void>) => {
    inner(title, async () => {
      try {
        await test();
      } catch (error) {
        if (!(error instanceof Skip)) throw error;
        skipped++;
        console.log(`SKIP ${name} > ${title}: ${error.message}`);
      }
    });
  }) as Suite;
  wrapped.after = (hook) => inner.after(hook);
  wrapped.before = (hook) => inner.before(hook);
  wrapped.run = () => inner.run();
  return wrapped;
}

export function skip(reason: string): never {
  throw new Skip(reason);
}

process.on("exit", () => {
  if (skipped > 0) console.log(`SKIPPED ${skipped}`);
});

/** The folder with golden files and third-party test data, or null where it is absent. */
export const SHARED: string | null = (() => {
  const path = resolve(process.env.SPINEXR_SHARED ?? "../shared");
  return existsSync(path) ? path : null;
})();

/** Path inside the shared folder; skips the test where it is absent. */
export function shared(path: string): string {
  if (SHARED === null) skip("the shared folder is absent (set SPINEXR_SHARED)");
  return resolve(SHARED as string, path);
}
