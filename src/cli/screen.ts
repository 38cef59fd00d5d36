/** spinexr screen: pictures in, reports out. */
import { writeFile } from "node:fs/promises";
import { DEFAULT_MODEL, loadModel } from "../api/load-model.ts";
import type { Model } from "../api/model.ts";
import type { ScreeningReport, Timings } from "../api/results.ts";
import { screenAll } from "../api/screen-all.ts";
import { BACKEND_CHOICES } from "../backends/names.ts";
import type { Radiograph } from "../image/radiograph.ts";
import { overlayScene, shownSize } from "../output/overlay.ts";
import { renderPng } from "../output/render-png.ts";
import { renderSvg } from "../output/render-svg.ts";
import { type ReportEntry, reportDocument, withoutSteps } from "../output/report-document.ts";
import { BACKEND_OPTIONS, backendOptions } from "./backend-options.ts";
import { type Arguments, type Command, errorEntry, type Io, integer, UsageError } from "./command.ts";
import { expandInputs } from "./inputs.ts";
import { Progress } from "./progress.ts";
import { ReportFiles } from "./report-files.ts";
import { screenTables, screenTrace } from "./screen-profile.ts";
import { table } from "./table.ts";
import { NETWORK_LAYER_OPTION, networkAlgorithms, TUNING_OPTIONS, tuningOptions } from "./tuning-options.ts";

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
    ...TUNING_OPTIONS,
    ...NETWORK_LAYER_OPTION,
    frame: { kind: "value", value: "N", help: "0-based frame of multi-frame files (default 0)" },
    json: { kind: "flag", help: "one JSON document on stdout and nothing else" },
    out: {
      kind: "value",
      value: "DIR",
      help: "write NAME.json of each picture into DIR as soon as it is done",
    },
    overlay: { kind: "flag", help: "with --out: also NAME.overlay.png, the picture with boxes and legend" },
    svg: { kind: "flag", help: "with --out: also NAME.overlay.svg" },
    "show-suppressed": {
      kind: "flag",
      help: "draw what the decision rule dropped too, dashed",
    },
    profile: { kind: "flag", help: "what each stage and kind of step takes; with --json, every step" },
    trace: {
      kind: "value",
      value: "FILE.json",
      help: "write what ran when as a trace for chrome://tracing or ui.perfetto.dev",
    },
  },
  async run(args, io) {
    if (args.positionals.length === 0)
      throw new UsageError("spinexr screen expects at least one file or folder.");
    const settings = {
      ...backendOptions(args, BACKEND_CHOICES),
      ...tuningOptions(args),
      algorithms: networkAlgorithms(args),
    };
    const frame = integer("frame", args.value("frame") ?? "0", 0, 65535);
    const drawing = drawingOptions(args);
    const inputs = await expandInputs(args.positionals);
    if (inputs.length === 0)
      throw new UsageError("No pictures (.dcm, .dicom, .png, .jpg) in what was given; name a file.");
    const progress = new Progress(io);
    const entries: ReportEntry[] = [];
    const out = args.value("out");
    const trace = args.value("trace");
    const profiled = args.flag("profile") || trace !== undefined;
    const timed: { readonly index: number; readonly timings: Timings }[] = [];
    try {
      const files = out === undefined ? null : await ReportFiles.open(out);
      await using model = await loadModel(args.value("model") ?? DEFAULT_MODEL, {
        ...settings,
        signal: io.signal,
        onProgress: (event) => progress.event(event),
      });
      progress.show("screening", 0, inputs.length);
      for await (const { index, source, image, report, error } of screenAll(model, inputs, {
        frame,
        timings: profiled ? "steps" : "stages",
        signal: io.signal,
      })) {
        if (profiled && error === null) timed.push({ index, timings: report.timings });
        const entry: ReportEntry =
          error === null
            ? { input: source, ...(args.flag("profile") ? report : withoutSteps(report)) }
            : { input: source, error: errorEntry(error) };
        entries.push(entry);
        if (files !== null) {
          const name = files.nameFor(source);
          await files.write(`${name}.json`, reportDocument([entry]));
          if (error === null)
            await draw(model, image, report, drawing, (end, content) => files.write(name + end, content));
        }
        progress.show("screening", entries.length, inputs.length);
      }
      for (const warning of model.tuning.warnings) io.err(`warning: ${warning}\n`);
    } finally {
      progress.end();
    }
    print(args, io, entries);
    if (args.flag("profile") && timed.length > 0 && !args.flag("json"))
      io.out(`\n${screenTables(timed.map(({ timings }) => timings))}\n`);
    if (trace !== undefined) await writeFile(trace, screenTrace(timed));
    if (trace !== undefined && !args.flag("json")) io.err(`trace: ${trace}\n`);
    if (out !== undefined && !args.flag("json")) {
      const pictures = [
        ...(drawing.png ? ["NAME.overlay.png"] : []),
        ...(drawing.svg ? ["NAME.overlay.svg"] : []),
      ];
      io.err(`\nwritten to ${out}: ${["NAME.json", ...pictures].join(", ")} of each picture\n`);
    }
    return entries.some((entry) => "error" in entry) ? 1 : 0;
  },
};

interface Drawing {
  readonly png: boolean;
  readonly svg: boolean;
  readonly suppressed: boolean;
}

function drawingOptions(args: Arguments): Drawing {
  const [png, svg, suppressed] = [args.flag("overlay"), args.flag("svg"), args.flag("show-suppressed")];
  if ((png || svg) && args.value("out") === undefined)
    throw new UsageError("--overlay and --svg write files: name a folder for them with --out DIR.");
  if (suppressed && !png && !svg)
    throw new UsageError("--show-suppressed goes with --overlay or --svg; add one of them.");
  return { png, svg, suppressed };
}

/** The boxes' pixels are those of the original, so the picture may be shown at any size. */
async function draw(
  model: Model,
  image: Radiograph,
  report: ScreeningReport,
  { png, svg, suppressed }: Drawing,
  write: (end: string, content: string | Uint8Array) => Promise<string>,
): Promise<void> {
  if (!png && !svg) return;
  const picture = await model.display(image, { size: shownSize(image) });
  const labels = model.manifest.detector?.labels ?? null;
  const scene = overlayScene({ picture, original: image, report, labels, suppressed });
  if (png) await write(".overlay.png", renderPng(scene));
  if (svg) await write(".overlay.svg", renderSvg(scene));
}

function print(args: Arguments, io: Io, entries: readonly ReportEntry[]): void {
  if (args.flag("json")) {
    io.out(reportDocument(entries));
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
  const good = entries.filter(
    (entry): entry is Exclude<ReportEntry, { error: unknown }> => !("error" in entry),
  );
  printFindings(io, good);
  for (const entry of entries) if ("error" in entry) io.err(`${entry.input}: ${entry.error.message}\n`);
  if (good.length === 0) return;
  const { provenance } = good[0];
  io.err(
    `\n${provenance.engine}, ${provenance.backend}/${provenance.isa}, ${provenance.precision}, ${provenance.threads} threads, ` +
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
