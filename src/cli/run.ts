/** spinexr run: any ONNX network, on inputs made by rule or read from files. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadNetwork } from "../api/load-network.ts";
import type { StepTiming } from "../api/network.ts";
import type { Tensor, TensorInput } from "../api/tensor.ts";
import { readBytes } from "../platform/files.ts";
import { BACKEND_OPTIONS, backendOptions } from "./backend-options.ts";
import { type Command, choice, integer, UsageError } from "./command.ts";
import { FILLS, makeInputs, parseShapes } from "./network-inputs.ts";
import { readNpy, writeNpy } from "./npy.ts";
import { Progress } from "./progress.ts";
import { table } from "./table.ts";

export const run: Command = {
  name: "run",
  summary: "Runs an ONNX network and prints its outputs.",
  operands: "net.onnx",
  options: {
    ...BACKEND_OPTIONS,
    backend: {
      kind: "value",
      value: "NAME",
      help: "auto (default), cpu, wasm or ort; a named one never falls back",
    },
    input: { kind: "list", value: "NAME=FILE", help: "an input's values from a .npy file" },
    shape: {
      kind: "list",
      value: "NAME=DIMS",
      help: "dims of an input with free dimensions, as image=1x3x224x224",
    },
    fill: { kind: "value", value: "RULE", help: "other inputs: random (default), zeros or arange" },
    repeat: { kind: "value", value: "N", help: "run N times and report the median (default 1)" },
    profile: { kind: "flag", help: "milliseconds of each step of the last run" },
    save: { kind: "value", value: "DIR", help: "write the outputs as .npy files" },
    json: { kind: "flag", help: "one JSON document on stdout and nothing else" },
  },
  async run(args, io) {
    if (args.positionals.length !== 1) throw new UsageError("spinexr run expects one ONNX file.");
    const settings = backendOptions(args, ["auto", "cpu", "wasm", "ort"]);
    const fill = choice("fill", args.value("fill") ?? "random", FILLS);
    const repeat = integer("repeat", args.value("repeat") ?? "1", 1, 100000);
    const given = await readInputs(args.list("input"));
    await using network = await loadNetwork(args.positionals[0], { ...settings, signal: io.signal });
    const open = network.inputs.filter((input) => !(input.name in given));
    const inputs = { ...makeInputs(open, parseShapes(args.list("shape")), fill), ...given };
    const progress = new Progress(io);
    const times: number[] = [];
    let last: { outputs: Record<string, Tensor>; steps: StepTiming[] } = { outputs: {}, steps: [] };
    for (let i = 0; i < repeat; i++) {
      progress.show("running", i, repeat);
      const start = performance.now();
      if (args.flag("profile")) last = await network.profile(inputs, { signal: io.signal });
      else last = { outputs: await network.run(inputs, { signal: io.signal }), steps: [] };
      times.push(performance.now() - start);
    }
    progress.end();
    const save = args.value("save");
    if (save !== undefined) await saveOutputs(save, last.outputs);
    const ms = times.sort((a, b) => a - b)[times.length >> 1];
    const outputs = Object.entries(last.outputs).map(([name, tensor]) => ({ name, ...summary(tensor) }));
    if (args.flag("json")) {
      const { backend } = network;
      io.out(
        `${JSON.stringify({ backend, runs: repeat, medianMs: ms, outputs, steps: last.steps }, null, 1)}\n`,
      );
      return 0;
    }
    const rows = outputs.map((o) => [o.name, o.type, o.dims.join("x"), o.min, o.max, o.mean].map(String));
    io.out(`${table(["output", "type", "dims", "min", "max", "mean"], rows)}\n`);
    if (last.steps.length > 0)
      io.out(
        `\n${table(
          ["step", "kind", "ms"],
          last.steps.map((s) => [s.name, s.kind, s.ms.toFixed(3)]),
        )}\n`,
      );
    const { name, isa, threads, device } = network.backend;
    io.err(`${name}${isa === "" ? "" : `/${isa}`} (${device}), ${threads} threads: ${ms.toFixed(2)} ms\n`);
    return 0;
  },
};

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
