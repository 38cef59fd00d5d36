/** spinexr screen: pictures in, reports out. */
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { DEFAULT_MODEL, loadModel } from "../api/load-model.ts";
import type { ScreeningReport } from "../api/results.ts";
import { screenAll } from "../api/screen-all.ts";
import { BACKEND_OPTIONS, backendOptions } from "./backend-options.ts";
import { type Arguments, type Command, errorEntry, type Io, integer, UsageError } from "./command.ts";
import { expandInputs } from "./inputs.ts";
import { Progress } from "./progress.ts";
import { table } from "./table.ts";

type Entry =
  | ({ readonly input: string } & ScreeningReport)
  | { readonly input: string; readonly error: { code: string; message: string } };

export const screen: Command = {
  name: "screen",
  summary:
    "How likely is each picture abnormal, and where are which lesions. For research use; not a diagnosis.",
  operands: "FILES...|DIR",
  options: {
    model: {
      kind: "value",
      value: "P",
      help: `package folder, .zip, URL or name (default ${DEFAULT_MODEL})`,
    },
    ...BACKEND_OPTIONS,
    frame: { kind: "value", value: "N", help: "0-based frame of multi-frame files (default 0)" },
    json: { kind: "flag", help: "one JSON document on stdout and nothing else" },
    out: { kind: "value", value: "DIR", help: "also write one JSON report per picture into DIR" },
  },
  async run(args, io) {
    if (args.positionals.length === 0)
      throw new UsageError("spinexr screen expects at least one file or folder.");
    const settings = backendOptions(args, ["auto", "cpu", "wasm"]);
    const frame = integer("frame", args.value("frame") ?? "0", 0, 65535);
    const inputs = await expandInputs(args.positionals);
    if (inputs.length === 0)
      throw new UsageError("No pictures (.dcm, .dicom, .png, .jpg) in what was given; name a file.");
    const progress = new Progress(io);
    const entries: Entry[] = [];
    try {
      await using model = await loadModel(args.value("model") ?? DEFAULT_MODEL, {
        ...settings,
        signal: io.signal,
        onProgress: (event) => progress.event(event),
      });
      progress.show("screening", 0, inputs.length);
      for await (const { source, report, error } of screenAll(model, inputs, { frame, signal: io.signal })) {
        entries.push(
          error === null ? { input: source, ...report } : { input: source, error: errorEntry(error) },
        );
        progress.show("screening", entries.length, inputs.length);
      }
    } finally {
      progress.end();
    }
    const out = args.value("out");
    if (out !== undefined) await writeReports(out, entries);
    print(args, io, entries);
    return entries.some((entry) => "error" in entry) ? 1 : 0;
  },
};

function print(args: Arguments, io: Io, entries: readonly Entry[]): void {
  if (args.flag("json")) {
    io.out(`${JSON.stringify({ schema: "spinexr.reports/1", reports: entries }, null, 1)}\n`);
    return;
  }
  const rows = entries.map((entry) =>
    "error" in entry
      ? [entry.input, "", `error ${entry.error.code}`, "", "", ""]
      : [
          entry.input,
          entry.abnormal?.probability.toFixed(4) ?? "",
          entry.abnormal === null ? "unknown" : entry.abnormal.positive ? "abnormal" : "normal",
          String(entry.findings.length),
          String(entry.suppressed.length),
          entry.timings.total.toFixed(0),
        ],
  );
  io.out(`${table(["picture", "abnormal", "verdict", "findings", "suppressed", "ms"], rows)}\n`);
  const good = entries.filter((entry): entry is Exclude<Entry, { error: unknown }> => !("error" in entry));
  printFindings(io, good);
  for (const entry of entries) if ("error" in entry) io.err(`${entry.input}: ${entry.error.message}\n`);
  if (good.length === 0) return;
  const { provenance } = good[0];
  io.err(
    `\n${provenance.engine}, ${provenance.backend}/${provenance.isa}, ${provenance.threads} threads, ` +
      `model ${provenance.model.name} ${provenance.model.version}, threshold ${provenance.thresholds.abnormal}\n`,
  );
  for (const warning of new Set(good.flatMap((entry) => entry.warnings))) io.err(`warning: ${warning}\n`);
}

function printFindings(io: Io, reports: readonly ({ readonly input: string } & ScreeningReport)[]): void {
  const rows = reports.flatMap(({ input, findings }) =>
    findings.map(({ label, score, box }) => [
      input,
      label,
      score.toFixed(4),
      ...box.map((side) => side.toFixed(1)),
    ]),
  );
  if (rows.length > 0) io.out(`\n${table(["picture", "finding", "score", "x0", "y0", "x1", "y1"], rows)}\n`);
}

/** DIR/name.json; a second picture of the same name becomes name-2.json, so that no report is lost. */
async function writeReports(out: string, entries: readonly Entry[]): Promise<void> {
  await mkdir(out, { recursive: true });
  const used = new Map<string, number>();
  for (const entry of entries) {
    const name = basename(entry.input);
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    const file = join(out, count === 1 ? `${name}.json` : `${name}-${count}.json`);
    await writeFile(file, `${JSON.stringify({ schema: "spinexr.reports/1", reports: [entry] }, null, 1)}\n`);
  }
}
