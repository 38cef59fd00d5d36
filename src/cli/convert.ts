/** spinexr convert: checkpoints to a model package. */
import { readdir } from "node:fs/promises";
import { architectureNames } from "../convert/architectures/families.ts";
import { convertToPackage } from "../convert/convert-to-package.ts";
import { type Command, choice, UsageError } from "./command.ts";
import { Progress } from "./progress.ts";

export const convert: Command = {
  name: "convert",
  summary:
    "PyTorch or safetensors checkpoints to a model package: classifiers of an ensemble, a detector, or both. " +
    "Never executes pickle.",
  operands: "CHECKPOINT... --arch A --out DIR",
  options: {
    arch: {
      kind: "list",
      value: "A",
      help: `${architectureNames.join(", ")}; one for all checkpoints or one for each, with commas or repeated`,
    },
    config: { kind: "value", value: "YAML", help: "detectron2's configuration of the detector" },
    labels: {
      kind: "list",
      value: "NAMES",
      help: "of the detector's classes, with commas, where its configuration has no SPINE.FINDINGS",
    },
    out: { kind: "value", value: "DIR", help: "the folder that becomes the package" },
    name: { kind: "value", value: "NAME", help: "name of the package (default: from DIR)" },
    weights: {
      kind: "value",
      value: "TYPE",
      help: "stored as float32 (default) or float16: half the bytes, rounded",
    },
    threshold: { kind: "value", value: "T", help: "abnormal at this probability and above (default 0.28)" },
    force: { kind: "flag", help: "replace a package that is already there" },
    json: { kind: "flag", help: "print the manifest as JSON" },
  },
  async run(args, io) {
    const checkpointPaths = args.positionals;
    if (checkpointPaths.length === 0)
      throw new UsageError("spinexr convert expects at least one checkpoint.");
    const out = args.value("out");
    if (out === undefined) throw new UsageError("spinexr convert needs --out DIR.");
    const archs = items(args.list("arch")).map((arch) => choice("arch", arch, architectureNames));
    if (archs.length !== 1 && archs.length !== checkpointPaths.length)
      throw new UsageError(
        `Give --arch once, or once for each of the ${checkpointPaths.length} checkpoints; found ${archs.length}.`,
      );
    const threshold = args.value("threshold");
    if (threshold !== undefined && !(Number(threshold) >= 0 && Number(threshold) <= 1))
      throw new UsageError(`--threshold expects a number from 0 to 1, found "${threshold}".`);
    const labels = items(args.list("labels"));
    const weights = choice("weights", args.value("weights") ?? "float32", ["float32", "float16"] as const);
    const progress = new Progress(io);
    try {
      const { manifest, directory } = await convertToPackage({
        checkpointPaths,
        archs,
        configPath: args.value("config"),
        detectorLabels: labels.length === 0 ? undefined : labels,
        out,
        name: args.value("name"),
        weights,
        threshold: threshold === undefined ? undefined : Number(threshold),
        force: args.flag("force"),
        signal: io.signal,
        onProgress: (event) => progress.event(event),
      });
      progress.end();
      if (args.flag("json")) io.out(`${JSON.stringify(manifest, null, 1)}\n`);
      else io.out(`${directory}: ${(await readdir(directory)).sort().join(", ")}\n`);
    } finally {
      progress.end();
    }
    return 0;
  },
};

/** "a,b" and "c" to a, b, c. */
const items = (values: readonly string[]): string[] =>
  values.flatMap((value) => value.split(",").map((item) => item.trim()));
