// clang-format over every C++ file we own; --write mends instead of reporting. The one linter for C++ besides -Wall -Wextra -Werror.
import { execFileSync, spawnSync } from "node:child_process";

const write = process.argv.includes("--write");
const files = execFileSync(
  "git",
  ["ls-files", "-co", "--exclude-standard", "native", "wasm", "test", "bench"],
  {
    encoding: "utf8",
  },
)
  .split("\n")
  .filter((file) => /\.(cpp|cc|h|cu)$/.test(file));
const found = spawnSync("clang-format", ["--version"], { encoding: "utf8" });
if (found.error) {
  const message =
    "clang-format is not installed: C++ formatting not checked (scripts/setup-debian.sh installs it)";
  console.error(message);
  process.exit(process.env.CI ? 1 : 0);
}
const result = spawnSync("clang-format", [write ? "-i" : "--dry-run", "--Werror", ...files], {
  stdio: "inherit",
});
process.exit(result.status ?? 1);
