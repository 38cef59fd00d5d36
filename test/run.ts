/**
 * Runs every test/**\/*.test.ts in a process of its own, one after another, and closes with `N passed, N failed`.
 * Arguments filter by path: `npm test -- plan image/`. A test file that dies counts as one failure.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";

const root = import.meta.dirname;
const filters = process.argv.slice(2);
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
  .sort();
if (files.length === 0) {
  console.error(`no test file matches ${filters.join(" ")}`);
  process.exit(1);
}

let passed = 0;
let failed = 0;
let skipped = 0;
for (const file of files) {
  const start = Date.now();
  const child = spawnSync(
    process.execPath,
    ["--experimental-wasm-relaxed-simd", "--expose-gc", "--import", "tsx", join(root, file)],
    {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      env: { ...process.env, FORCE_COLOR: "0", NODE_NO_WARNINGS: "1" },
      timeout: 900_000,
    },
  );
  const output = `${child.stdout}${child.stderr}`;
  const count = (label: string): number => Number(new RegExp(`${label}:?\\s+(\\d+)`).exec(output)?.[1] ?? 0);
  const total = count("Total");
  const good = count("Passed");
  const skips = Number(/^SKIPPED (\d+)/m.exec(output)?.[1] ?? 0);
  const bad = child.status === 0 && total > 0 ? total - good : Math.max(1, total - good);
  passed += good - skips;
  skipped += skips;
  failed += bad;
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  console.log(
    `${bad === 0 ? "ok  " : "FAIL"} ${relative(root, join(root, file))}  ${good}/${total}  ${seconds} s`,
  );
  for (const line of output.split("\n")) {
    const note = /(?:SKIP|NOTE) .*/.exec(line);
    if (bad > 0) console.log(`     ${line}`);
    else if (note !== null) console.log(`     ${note[0]}`);
  }
}
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed === 0 ? 0 : 1);
