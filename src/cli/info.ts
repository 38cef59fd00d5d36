/** spinexr info: what runs here and why the rest does not; what a package or a network holds. */
import { listBackends } from "../api/list-backends.ts";
import { loadNetwork } from "../api/load-network.ts";
import { BACKEND_CHOICES } from "../backends/names.ts";
import type { DetectorResize, Manifest } from "../package/manifest.ts";
import { openPackage, shippedPackages } from "../package/resolve.ts";
import { runtimeName } from "../platform/environment.ts";
import { VERSION } from "../version.ts";
import { BACKEND_OPTIONS, backendOptions } from "./backend-options.ts";
import { type Command, type Io, UsageError } from "./command.ts";
import { type NetworkPlan, networkPlan, packagePlans } from "./info-plan.ts";
import { checkNetworkFile } from "./network-file.ts";
import { parseShapes } from "./network-inputs.ts";
import { planTables } from "./plan-table.ts";
import { table } from "./table.ts";
import { layerAlgorithms, networkAlgorithms, TUNING_OPTIONS, tuningOptions } from "./tuning-options.ts";

export const info: Command = {
  name: "info",
  summary:
    "Versions, backends with the reason why one does not run, shipped packages; a package; a network's plan.",
  operands: "[net.onnx]",
  options: {
    model: { kind: "value", value: "P", help: "describe this model package" },
    plan: {
      kind: "flag",
      help: "with net.onnx or --model: steps with algorithms, shapes, FLOPs, bytes, memory",
    },
    shape: {
      kind: "list",
      value: "NAME=DIMS",
      help: "dims of an input, as image=1x3x224x224; with --model NAME is a network's",
    },
    ...BACKEND_OPTIONS,
    ...TUNING_OPTIONS,
    algorithm: {
      kind: "list",
      value: "LAYER=NAME",
      help: "with --plan: choose for a convolution; with --model NETWORK:LAYER=NAME",
    },
    json: { kind: "flag", help: "one JSON document on stdout and nothing else" },
  },
  async run(args, io) {
    if (args.positionals.length > 1) throw new UsageError("spinexr info takes at most one network.");
    const json = args.flag("json");
    const [file] = args.positionals;
    const reference = args.value("model");
    if (file !== undefined && reference !== undefined)
      throw new UsageError("spinexr info takes a network or --model, not both.");
    if (file !== undefined) await checkNetworkFile(file, `use spinexr info --model ${file}`);
    if (args.flag("plan")) {
      const shapes = parseShapes(args.list("shape"));
      const settings = {
        ...backendOptions(args, BACKEND_CHOICES),
        ...tuningOptions(args),
        signal: io.signal,
      };
      if (file !== undefined)
        return plans([await networkPlan(file, shapes, settings, layerAlgorithms(args))], json, io);
      if (reference !== undefined)
        return plans(await packagePlans(reference, shapes, settings, networkAlgorithms(args)), json, io);
      throw new UsageError(
        "--plan goes with a network or a package: spinexr info net.onnx --plan, or --model P.",
      );
    }
    const stray = Object.keys({ ...BACKEND_OPTIONS, ...TUNING_OPTIONS, algorithm: 0 }).find((name) =>
      args.flag(name),
    );
    if (stray !== undefined) throw new UsageError(`--${stray} goes with --plan; add that or leave it out.`);
    if (file !== undefined) return network(file, json, io);
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

function plans(networks: readonly NetworkPlan[], json: boolean, io: Io): number {
  const found = networks.map(({ network, role, plan }) => ({ network, role, plan }));
  if (json) io.out(`${JSON.stringify({ networks: found }, null, 1)}\n`);
  else io.out(found.map(({ network, role, plan }) => `${role} ${network}\n${planTables(plan)}`).join("\n\n"));
  for (const warning of new Set(networks.flatMap(({ tuning }) => tuning.warnings)))
    io.err(`warning: ${warning}\n`);
  return 0;
}

async function network(file: string, json: boolean, io: Io) {
  await using net = await loadNetwork(file, { signal: io.signal });
  if (json) io.out(`${JSON.stringify({ inputs: net.inputs, backend: net.backend }, null, 1)}\n`);
  else {
    const rows = net.inputs.map((i) => [i.name, i.type, i.dims === null ? "any" : `[${i.dims.join(", ")}]`]);
    io.out(
      `${table(["input", "type", "dims"], rows)}\n\nruns on ${net.backend.name} (${net.backend.device})\n`,
    );
  }
  return 0;
}
