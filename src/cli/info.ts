/** spinexr info: what runs here and why the rest does not; what a package or a network holds. */
import { listBackends } from "../api/list-backends.ts";
import { loadNetwork } from "../api/load-network.ts";
import { EngineNetwork } from "../api/network.ts";
import type { DetectorResize, Manifest } from "../package/manifest.ts";
import { openPackage, shippedPackages } from "../package/resolve.ts";
import { describePlan } from "../plan/print.ts";
import { runtimeName } from "../platform/environment.ts";
import { VERSION } from "../version.ts";
import { type Command, type Io, UsageError } from "./command.ts";
import { makeInputs, parseShapes } from "./network-inputs.ts";
import { table } from "./table.ts";

export const info: Command = {
  name: "info",
  summary:
    "Versions, backends with the reason why one does not run, shipped packages; a package; a network's plan.",
  operands: "[net.onnx]",
  options: {
    model: { kind: "value", value: "P", help: "describe this model package" },
    plan: { kind: "flag", help: "with net.onnx: its steps, shapes, bytes and FLOPs" },
    shape: {
      kind: "list",
      value: "NAME=DIMS",
      help: "dims of an input with free dimensions, as image=1x3x224x224",
    },
    json: { kind: "flag", help: "one JSON document on stdout and nothing else" },
  },
  async run(args, io) {
    if (args.positionals.length > 1) throw new UsageError("spinexr info takes at most one network.");
    const json = args.flag("json");
    const [file] = args.positionals;
    if (file !== undefined) return network(file, args.list("shape"), args.flag("plan"), json, io);
    if (args.flag("plan")) throw new UsageError("--plan goes with a network: spinexr info net.onnx --plan.");
    const reference = args.value("model");
    if (reference !== undefined) {
      const { manifest } = await openPackage(reference, { signal: io.signal });
      io.out(json ? `${JSON.stringify(manifest, null, 1)}\n` : describePackage(manifest));
      return 0;
    }
    const report = {
      version: VERSION,
      runtime: `${runtimeName()} ${process.platform}-${process.arch}`,
      backends: await listBackends(),
      packages: await shippedPackages(),
    };
    if (json) io.out(`${JSON.stringify(report, null, 1)}\n`);
    else {
      const rows = report.backends.map((b) => [
        b.name,
        b.available ? "yes" : "no",
        b.isa,
        b.device || b.reason,
      ]);
      io.out(`spinexr ${VERSION}, ${report.runtime}\n\n`);
      io.out(`${table(["backend", "runs", "kernels", "device or reason"], rows)}\n\n`);
      io.out(`packages: ${report.packages.join(", ")}\n`);
    }
    return 0;
  },
};

function describePackage(manifest: Manifest): string {
  const { name, version, license, intendedUse, classifiers, detector, thresholds, warnings } = manifest;
  const rows = classifiers.map((entry) => [
    "classifier",
    entry.name,
    entry.architecture,
    `${entry.input.height} x ${entry.input.width}`,
    entry.labels.join(", "),
  ]);
  if (detector !== null)
    rows.push([
      "detector",
      detector.name,
      `${detector.architecture}, decoder ${detector.decoder.kind}`,
      spellResize(detector.input.resize),
      detector.labels.join(", "),
    ]);
  return [
    `${name} ${version}`,
    intendedUse,
    `licence: ${license}\n`,
    table(["network", "name", "architecture", "input", "labels"], rows),
    `\nabnormal from ${thresholds.abnormal} on; findings on normal pictures from ${thresholds.findingWhenNormal} on`,
    ...warnings.map((warning) => `warning: ${warning}`),
    "",
  ].join("\n");
}

const spellResize = (resize: DetectorResize): string =>
  resize.rule === "shortest-edge"
    ? `shortest edge ${resize.shortestEdge}, longest ${resize.longestEdge}`
    : `${resize.rule} ${resize.height} x ${resize.width}`;

async function network(file: string, shapes: readonly string[], plan: boolean, json: boolean, io: Io) {
  await using net = await loadNetwork(file, { signal: io.signal });
  if (plan) {
    if (!(net instanceof EngineNetwork))
      throw new UsageError(
        `${file} has operators outside our set: it runs on ${net.backend.device}, without a plan.`,
      );
    const text = describePlan(await net.plan(makeInputs(net.inputs, parseShapes(shapes), "zeros")));
    io.out(json ? `${JSON.stringify({ plan: text }, null, 1)}\n` : `${text}\n`);
    return 0;
  }
  if (json) io.out(`${JSON.stringify({ inputs: net.inputs, backend: net.backend }, null, 1)}\n`);
  else {
    const rows = net.inputs.map((i) => [i.name, i.type, i.dims === null ? "any" : `[${i.dims.join(", ")}]`]);
    io.out(
      `${table(["input", "type", "dims"], rows)}\n\nruns on ${net.backend.name} (${net.backend.device})\n`,
    );
  }
  return 0;
}
