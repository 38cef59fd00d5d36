/** spinexr run: any ONNX network, on inputs made by rule or read from files. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadNetwork } from "../api/load-network.ts";
import type { Network, RunProfile } from "../api/network.ts";
import type { Tensor, TensorInput } from "../api/tensor.ts";
import { BACKEND_CHOICES, BACKEND_NAMES } from "../backends/names.ts";
import { readBytes } from "../platform/files.ts";
import { BACKEND_OPTIONS, backendOptions } from "./backend-options.ts";
import { type Arguments, type Command, choice, type Io, integer, UsageError } from "./command.ts";
import { checkNetworkFile } from "./network-file.ts";
import { FILLS, makeInputs, parseShapes } from "./network-inputs.ts";
import { readNpy, writeNpy } from "./npy.ts";
import { kindTable, median, medianSteps, stepTable, time } from "./profile-table.ts";
import { Progress } from "./progress.ts";
import { table } from "./table.ts";
import { Trace } from "./trace.ts";
import { LAYER_OPTION, layerAlgorithms, TUNING_OPTIONS, tuningOptions } from "./tuning-options.ts";

export const run: Command = {
  name: "run",
  summary: "Runs an ONNX network and prints its outputs.",
  operands: "net.onnx",
  options: {
    ...BACKEND_OPTIONS,
    ...TUNING_OPTIONS,
    ...LAYER_OPTION,
    backend: {
      kind: "value",
      value: "NAME",
      help: `auto (default), ${BACKEND_NAMES.join(", ")} or ort; a named one never falls back`,
    },
    input: { kind: "list", value: "NAME=FILE", help: "an input's values from a .npy file" },
    shape: {
      kind: "list",
      value: "NAME=DIMS",
      help: "dims of an input with free dimensions, as image=1x3x224x224",
    },
    fill: { kind: "value", value: "RULE", help: "other inputs: random (default), zeros or arange" },
    repeat: { kind: "value", value: "N", help: "run N times and report medians (default 1)" },
    profile: {
      kind: "flag",
      help: "what each step takes: ms, GFLOP/s, GB/s; totals of each kind and algorithm",
    },
    slowest: { kind: "flag", help: "with --profile: the slowest steps first, not the order of running" },
    trace: {
      kind: "value",
      value: "FILE.json",
      help: "write all runs as a trace for chrome://tracing or ui.perfetto.dev",
    },
    save: { kind: "value", value: "DIR", help: "write the outputs as .npy files" },
    json: { kind: "flag", help: "one JSON document on stdout and nothing else" },
  },
  async run(args, io) {
    if (args.positionals.length !== 1) throw new UsageError("spinexr run expects one ONNX file.");
    await checkNetworkFile(
      args.positionals[0],
      "name one of the .onnx files in it, or use spinexr screen --model for pictures",
    );
    if (args.flag("slowest") && !args.flag("profile"))
      throw new UsageError("--slowest goes with --profile; add that or leave it out.");
    const trace = args.value("trace");
    const settings = {
      ...backendOptions(args, [...BACKEND_CHOICES, "ort"]),
      ...tuningOptions(args),
      algorithms: layerAlgorithms(args),
    };
    const fill = choice("fill", args.value("fill") ?? "random", FILLS);
    const repeat = integer("repeat", args.value("repeat") ?? "1", 1, 100000);
    const given = await readInputs(args.list("input"));
    const progress = new Progress(io);
    await using network = await loadNetwork(args.positionals[0], {
      ...settings,
      signal: io.signal,
      onProgress: (event) => progress.event(event),
    });
    const open = network.inputs.filter((input) => !(input.name in given));
    const inputs = { ...makeInputs(open, parseShapes(args.list("shape")), fill), ...given };
    const { times, profiles, outputs: last } = await runOften(network, inputs, repeat, args, io, progress);
    const save = args.value("save");
    if (save !== undefined) await saveOutputs(save, last);
    const steps = args.flag("profile") ? medianSteps(profiles.map((run) => run.steps)) : [];
    const ms = median(times);
    const outputs = Object.entries(last).map(([name, tensor]) => ({ name, ...summary(tensor) }));
    if (args.flag("json")) {
      const { backend, tuning } = network;
      io.out(`${JSON.stringify({ backend, tuning, runs: repeat, medianMs: ms, outputs, steps }, null, 1)}\n`);
    } else {
      const rows = outputs.map((o) => [o.name, o.type, o.dims.join("x"), o.min, o.max, o.mean].map(String));
      io.out(`${table(["output", "type", "dims", "min", "max", "mean"], rows)}\n`);
      if (steps.length > 0) {
        io.out(`\n${stepTable(steps, args.flag("slowest"))}\n\n${kindTable(steps)}\n`);
        const runs = repeat === 1 ? "one run" : `medians of ${repeat} runs`;
        io.out(`\n${steps.length} steps, ${time(steps).toFixed(2)} ms (${runs})\n`);
      }
      const { name, isa, threads, device, precision } = network.backend;
      const kernels = [name, isa].filter((part) => part !== "").join("/");
      const how = [`${kernels} (${device})`, precision, `${threads} threads`].filter((part) => part !== "");
      io.err(`${how.join(", ")}: ${ms.toFixed(2)} ms\n`);
      if (trace !== undefined) io.err(`trace: ${trace}\n`);
    }
    for (const warning of network.tuning.warnings) io.err(`warning: ${warning}\n`);
    if (trace !== undefined) await writeFile(trace, runTrace(args.positionals[0], profiles));
    return 0;
  },
};

/** Milliseconds of each run, profiles where --profile or --trace ask for them, the outputs of the last run. */
async function runOften(
  network: Network,
  inputs: Readonly<Record<string, TensorInput>>,
  repeat: number,
  args: Arguments,
  io: Io,
  progress: Progress,
) {
  const profiled = args.flag("profile") || args.value("trace") !== undefined;
  const times: number[] = [];
  const profiles: RunProfile[] = [];
  let outputs: Record<string, Tensor> = {};
  try {
    for (let i = 0; i < repeat; i++) {
      progress.show("running", i, repeat);
      const start = performance.now();
      if (profiled) {
        const { outputs: made, ...profile } = await network.profile(inputs, { signal: io.signal });
        profiles.push(profile);
        outputs = made;
      } else outputs = await network.run(inputs, { signal: io.signal });
      times.push(performance.now() - start);
    }
  } finally {
    progress.end();
  }
  return { times, profiles, outputs };
}

function runTrace(file: string, profiles: readonly RunProfile[]): string {
  const trace = new Trace(`spinexr run ${file}`);
  const row = trace.row("steps");
  for (const [i, profile] of profiles.entries()) trace.run(row, `run ${i + 1}`, profile);
  return trace.json();
}

async function readInputs(texts: readonly string[]): Promise<Record<string, TensorInput>> {
  const inputs: Record<string, TensorInput> = {};
  for (const text of texts) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new UsageError(`--input expects NAME=FILE.npy, found "${text}".`);
    inputs[text.slice(0, equals)] = readNpy(await readBytes(text.slice(equals + 1)));
  }
  return inputs;
}

/** Names of tensors may hold slashes: they become underscores in file names. */
async function saveOutputs(folder: string, outputs: Readonly<Record<string, Tensor>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, tensor] of Object.entries(outputs))
    await writeFile(join(folder, `${name.replace(/[^\w.-]/g, "_")}.npy`), writeNpy(tensor));
}

function summary({ type, dims, data }: Tensor) {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const item of data) {
    const value = Number(item);
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  const short = (value: number): number => Number(value.toPrecision(7));
  const count = data.length;
  return {
    type,
    dims,
    min: count === 0 ? null : short(min),
    max: count === 0 ? null : short(max),
    mean: count === 0 ? null : short(sum / count),
  };
}
