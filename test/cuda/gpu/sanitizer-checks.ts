/** The operator cases once more under NVIDIA's compute-sanitizer. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type Check, expect, skipCheck } from "./report.ts";

interface Tool {
  readonly name: "memcheck" | "racecheck" | "synccheck";
  /** Every n-th case of each family: the tools slow kernels down by factors of 10 to 100. */
  readonly every: number;
  /** When this time is over, what has been found counts. */
  readonly seconds: number;
}

const TOOLS: readonly Tool[] = [
  { name: "memcheck", every: 2, seconds: 60 },
  { name: "racecheck", every: 9, seconds: 25 },
  { name: "synccheck", every: 9, seconds: 15 },
];

const PLACES = ["compute-sanitizer", "/usr/local/cuda/bin/compute-sanitizer"];

export async function checkSanitizers(check: Check, seed: number): Promise<void> {
  const command = PLACES.find((place) =>
    place.includes("/") ? existsSync(place) : spawnSync(place, ["--version"]).status === 0,
  );
  for (const { name, every, seconds } of TOOLS) {
    for (const precision of ["fp32", "fp16"]) {
      await check(`${name}, ${precision}, every ${every}`, async () => {
        if (command === undefined) skipCheck("compute-sanitizer is not here");
        const own = ["--only", `operators ${precision}`, "--every", String(every), "--seed", String(seed)];
        const { status, output } = await run(
          command,
          [
            "--tool",
            name,
            "--error-exitcode",
            "9",
            process.execPath,
            ...process.execArgv,
            process.argv[1]!,
            ...own,
          ],
          seconds,
        );
        if (status === null) return `nothing found in ${seconds} s, when its time was over`;
        const words = output.split("\n").filter((line) => /=========|FAIL/.test(line));
        expect(status === 0, `status ${status}\n    ${words.slice(0, 30).join("\n    ")}`);
        return undefined;
      });
    }
  }
}

/** status null: stopped because its time was over, and the tool had reported nothing. */
function run(command: string, args: readonly string[], seconds: number) {
  return new Promise<{ status: number | null; output: string }>((resolve, reject) => {
    // A group of its own: the tool and what it runs end together.
    const child = spawn(command, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let late = false;
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    const timer = setTimeout(() => {
      late = true;
      process.kill(-child.pid!, "SIGKILL");
    }, 1000 * seconds);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      const found = /========= (Invalid|Error|Race|Warning|Barrier|Uninitialized)|FAIL/.test(output);
      resolve({ status: late && !found ? null : (code ?? 1), output });
    });
  });
}
