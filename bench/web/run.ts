/** npm run bench:web: makes the page and serves it, or drives Chromium through it. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { listen, siteServer } from "../../demo/make/server.ts";
import type { BenchDocument } from "../../src/benchmark/document.ts";
import { processorName } from "../../src/platform/environment.ts";
import { buildSite } from "./build.ts";
import { WEB_SUBJECTS } from "./cases.ts";
import { driveChromium } from "./chromium.ts";
import { toMarkdown } from "./markdown.ts";

const HELP = `npm run bench:web -- [options]

The cases of bench/ in the browser, ours beside onnxruntime-web. Without --run the page is served for any browser; its folder
(--out) may be put on any static host as it is.

  --case NAME     only this one of ${Object.keys(WEB_SUBJECTS).join(", ")} (repeatable)
  --port N        default 8090
  --out DIR       where the page is made (default build/bench-web)
  --build-only    make it and end
  --run           open it in Chromium (SPINEXR_CHROMIUM, default /usr/bin/chromium)
  --threads N     with --run (default: all processors)
  --engine NAME   with --run: only this engine, as the page names it (repeatable)
  --rounds N      with --run (default 5)
  --json FILE     with --run: results for spinexr bench --merge
  --write         with --run: write bench/RESULTS-web.md
`;

const { values } = parseArgs({
  options: {
    case: { type: "string", multiple: true },
    engine: { type: "string", multiple: true },
    port: { type: "string", default: "8090" },
    out: { type: "string", default: join(import.meta.dirname, "../../build/bench-web") },
    rounds: { type: "string", default: "5" },
    threads: { type: "string" },
    json: { type: "string" },
    "build-only": { type: "boolean", default: false },
    run: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

function check(): string {
  const { case: cases = [], port, rounds, run, json, write, engine } = values;
  const unknown = cases.find((name) => !Object.hasOwn(WEB_SUBJECTS, name));
  if (unknown !== undefined)
    return `There is no case "${unknown}"; there are: ${Object.keys(WEB_SUBJECTS).join(", ")}.`;
  if (!(Number.isInteger(Number(port)) && Number(port) >= 1 && Number(port) <= 65515))
    return `--port expects a whole number from 1 to 65515, found "${port}".`;
  if (!(Number.isInteger(Number(rounds)) && Number(rounds) >= 1 && Number(rounds) <= 100))
    return `--rounds expects a whole number from 1 to 100, found "${rounds}".`;
  if (!run && (json !== undefined || write || engine !== undefined))
    return "--json, --write and --engine go with --run.";
  return "";
}

async function main(): Promise<number> {
  const out = values.out;
  const site = await buildSite({
    out,
    cases: values.case,
    onProgress: (what) => console.error(`making ${what}`),
  });
  if (site.onnxruntime === null)
    console.error("onnxruntime-web is not installed (cd bench && npm ci): ours alone.");
  if (values["build-only"]) {
    console.log(out);
    return 0;
  }
  const server = siteServer(out, true);
  const url = `http://localhost:${await listen(server, Number(values.port))}/`;
  if (!values.run) {
    console.log(`benchmark: ${url} (Ctrl+C ends it)`);
    return -1;
  }
  try {
    const query = new URLSearchParams({ run: "", rounds: values.rounds, machine: processorName() });
    if (values.threads !== undefined) query.set("threads", values.threads);
    for (const name of values.engine ?? []) query.append("engine", name);
    const results = await driveChromium(`${url}?${query}`, (line) => console.error(line));
    const text = toMarkdown(results, Number(values.rounds));
    console.log(text);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`);
    if (values.write) writeFileSync(new URL("../RESULTS-web.md", import.meta.url), text);
    return ok(results) ? 0 : 1;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const ok = ({ entries, failed }: BenchDocument): boolean => entries.length > 0 && failed.length === 0;

if (values.help) console.log(HELP);
else {
  const problem = check();
  if (problem !== "") {
    console.error(problem);
    process.exitCode = 2;
  } else if (values.run && !existsSync(process.env.SPINEXR_CHROMIUM ?? "/usr/bin/chromium")) {
    console.error("Chromium is absent: apt install chromium, or set SPINEXR_CHROMIUM.");
    process.exitCode = 1;
  } else {
    const code = await main();
    if (code >= 0) process.exit(code);
  }
}
