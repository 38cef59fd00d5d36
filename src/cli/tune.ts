/** spinexr tune: measures the convolutions of a network or a package, and shows what came of it. */
import { DEFAULT_MODEL } from "../api/load-model.ts";
import { BACKEND_CHOICES } from "../backends/names.ts";
import type { ConvAlgorithm } from "../plan/conv-algorithm.ts";
import { cacheFolder } from "../platform/cache-folder.ts";
import { siteKey, type Times } from "../tune/candidates.ts";
import type { ConvChoice } from "../tune/choices.ts";
import { BACKEND_OPTIONS, backendOptions } from "./backend-options.ts";
import { type Command, type Io, UsageError } from "./command.ts";
import { type NetworkPlan, networkPlan, packagePlans } from "./info-plan.ts";
import { checkNetworkFile } from "./network-file.ts";
import { parseShapes } from "./network-inputs.ts";
import { Progress } from "./progress.ts";
import { table } from "./table.ts";
import { STORE_OPTION } from "./tuning-options.ts";

export const tune: Command = {
  name: "tune",
  summary: "Measures which algorithms are fastest on this machine, for --tuned and the option tune.",
  operands: "[net.onnx]",
  options: {
    model: {
      kind: "value",
      value: "P",
      help: `a package instead of a network file (default ${DEFAULT_MODEL})`,
    },
    ...BACKEND_OPTIONS,
    shape: {
      kind: "list",
      value: "NAME=DIMS",
      help: "dims of an input, as image=1x3x224x224; of a package NAME is a network's",
    },
    again: { kind: "flag", help: "measure what was measured before too" },
    ...STORE_OPTION,
    json: { kind: "flag", help: "one JSON document on stdout and nothing else" },
  },
  async run(args, io) {
    const [file] = args.positionals;
    const reference = args.value("model");
    if (args.positionals.length > 1) throw new UsageError("spinexr tune takes at most one network.");
    if (file !== undefined && reference !== undefined)
      throw new UsageError("spinexr tune takes a network or --model, not both.");
    if (file !== undefined) await checkNetworkFile(file, `use spinexr tune --model ${file}`);
    const store = args.value("tuning-store");
    const shapes = parseShapes(args.list("shape"));
    const progress = new Progress(io);
    let measured = 0;
    const settings = {
      ...backendOptions(args, BACKEND_CHOICES),
      tune: args.flag("again") ? ("remeasure" as const) : ("measure" as const),
      tuningStore: store,
      signal: io.signal,
      onProgress: (event: Parameters<Progress["event"]>[0]) => {
        if (event.phase === "tune") measured++;
        progress.event(event);
      },
    };
    const start = performance.now();
    let networks: readonly NetworkPlan[];
    try {
      networks =
        file === undefined
          ? await packagePlans(reference ?? DEFAULT_MODEL, shapes, settings)
          : [await networkPlan(file, shapes, settings)];
    } finally {
      progress.end();
    }
    const seconds = (performance.now() - start) / 1000;
    print(networks, args.flag("json"), io);
    io.err(
      `${measured} shapes measured, ${seconds.toFixed(1)} s in all; kept in ${store ?? cacheFolder()}\n`,
    );
    for (const warning of new Set(networks.flatMap(({ tuning }) => tuning.warnings)))
      io.err(`warning: ${warning}\n`);
    return 0;
  },
};

/** Convolutions that share their times, and what was chosen for them. */
interface Layer {
  readonly layer: string;
  readonly steps: number;
  readonly usual: ConvAlgorithm;
  readonly algorithm: ConvAlgorithm;
  readonly ms: Times;
}

function print(networks: readonly NetworkPlan[], json: boolean, io: Io): void {
  const found = networks.map(({ network, role, choices }) => ({ network, role, layers: layersOf(choices) }));
  if (json) io.out(`${JSON.stringify({ networks: found }, null, 1)}\n`);
  else io.out(found.map(({ network, role, layers }) => `${role} ${network}\n${describe(layers)}`).join("\n"));
}

function layersOf(choices: readonly ConvChoice[]): Layer[] {
  const layers = new Map<string, Layer>();
  for (const { site, usual, algorithm, times } of choices) {
    if (times === null) continue;
    const key = `${siteKey(site)} ${usual} ${algorithm}`;
    const steps = (layers.get(key)?.steps ?? 0) + 1;
    layers.set(key, { layer: siteKey(site), steps, usual, algorithm, ms: times });
  }
  return [...layers.values()];
}

const COLUMNS = ["auto", "winograd2", "winograd4", "strassen"] as const;

function describe(layers: readonly Layer[]): string {
  const rows = layers.map(({ layer, steps, usual, algorithm, ms }) => [
    layer,
    String(steps),
    ...COLUMNS.map((name) => ms[name]?.toPrecision(3) ?? ""),
    usual,
    algorithm === usual ? "" : algorithm,
  ]);
  const sum = (chosen: (layer: Layer) => ConvAlgorithm): number =>
    layers.reduce((ms, layer) => ms + layer.steps * (layer.ms[chosen(layer)] ?? 0), 0);
  const [before, after] = [sum(({ usual }) => usual), sum(({ algorithm }) => algorithm)];
  const gain = before === 0 ? 0 : 100 * (1 - after / before);
  return [
    table(["layer", "steps", ...COLUMNS.map((name) => `${name} ms`), "model", "tuned"], rows),
    `\nas the cost model chooses ${before.toFixed(2)} ms, tuned ${after.toFixed(2)} ms (${gain.toFixed(1)}% less)\n`,
  ].join("\n");
}
