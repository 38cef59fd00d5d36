/** model.json to a Manifest. Mirrors models/manifest.schema.json; a test holds the two equal. */
import { SpineXRError } from "../api/errors.ts";
import {
  constant,
  integer,
  type JsonCheck,
  list,
  number,
  object,
  oneOf,
  orNull,
  pattern,
  record,
  text,
  variant,
  withOrWithout,
} from "./check.ts";
import {
  type ClassifierEntry,
  type Decoder,
  decoderOutputs,
  type Manifest,
  type SelfTest,
} from "./manifest.ts";

const MAX_MANIFEST_BYTES = 1 << 20;
const SHOWN_PROBLEMS = 5;

const label = text(200);
const file = pattern(
  /^(?!\.)[A-Za-z0-9._-]+(\/(?!\.)[A-Za-z0-9._-]+)*$/,
  "a path inside the package: letters, digits, hyphens, dots and underscores between forward slashes",
  200,
);
const sha256 = pattern(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits");

const planes = {
  colorOrder: oneOf("BGR", "RGB"),
  mean: list(3, 3, number(-1e6, 1e6)),
  std: list(3, 3, number(1e-6, 1e6)),
};

const classifier = object({
  name: label,
  architecture: label,
  file,
  sha256,
  input: object({
    height: integer(1, 4096),
    width: integer(1, 4096),
    resize: constant("stretch"),
    ...planes,
  }),
  inputName: label,
  outputName: label,
  labels: list(1, 64, label),
});

const fixedSize = object({
  rule: oneOf("fit", "stretch"),
  height: integer(1, 4096),
  width: integer(1, 4096),
});
const resize = variant("rule", {
  "shortest-edge": object({
    rule: constant("shortest-edge"),
    shortestEdge: integer(1, 4096),
    longestEdge: integer(1, 4096),
    padMultiple: integer(1, 4096),
  }),
  fit: fixedSize,
  stretch: fixedSize,
});

const filter = {
  scoreThreshold: number(0, 1),
  candidatesPerLevel: integer(1, 100_000),
  iouThreshold: number(0, 1),
  maxDetections: integer(1, 10_000),
};
const levels = (properties: Readonly<Record<string, JsonCheck>>): JsonCheck =>
  list(1, 16, object({ ...properties, stride: integer(1, 4096) }));
const anchors = list(1, 64, list(2, 2, number(1e-3, 1e6)));
const rows = object({ rows: label });

const decoder = variant("kind", {
  boxes: object({ kind: constant("boxes"), boxes: label, scores: label, classes: label }),
  anchors: object({
    kind: constant("anchors"),
    levels: levels({ scores: label, deltas: label, anchors }),
    offset: oneOf(0, 0.5),
    activation: oneOf("sigmoid", "softmax", "none"),
    deltaOrder: oneOf("xywh", "yxhw"),
    weights: list(4, 4, number(1e-6, 1e6)),
    scaleClamp: number(0, 80), // exp of more leaves float32
    ...filter,
  }),
  "yolo-v5": object({
    kind: constant("yolo-v5"),
    output: withOrWithout("rows", rows, object({ levels: levels({ map: label, anchors }) })),
    ...filter,
  }),
  "yolo-v8": object({
    kind: constant("yolo-v8"),
    output: withOrWithout("rows", rows, object({ bins: integer(2, 256), levels: levels({ map: label }) })),
    ...filter,
  }),
});

const detector = object({
  name: label,
  architecture: label,
  file,
  sha256,
  input: object({ resize, ...planes }),
  inputName: label,
  sizeInputName: orNull(label),
  decoder,
  labels: list(1, 1000, label),
});

const manifest = object({
  schema: constant("spinexr.model/1"),
  name: pattern(
    /^[a-z0-9][a-z0-9._-]{0,63}$/,
    "1 to 64 lower-case letters, digits, dots, underscores and hyphens",
  ),
  version: text(64),
  kind: constant("vindr-spinexr"),
  license: text(1000),
  intendedUse: text(4000),
  provenance: object({ source: text(4000), training: text(4000), notes: text(4000) }, ["notes"]),
  warnings: list(0, 16, text(1000)),
  classifiers: list(0, 16, classifier),
  detector: orNull(detector),
  ensemble: object({ rule: constant("mean-logit"), clip: number(1e-12, 0.1) }),
  thresholds: object(
    { abnormal: number(0, 1), findingWhenNormal: number(0, 1), finding: record(number(0, 1)) },
    ["finding"],
  ),
  selfTest: orNull(
    object({ file, sha256, logits: record(list(1, 64, number(-1e6, 1e6))), tolerance: number(1e-9, 1) }),
  ),
});

/** What the schema says about `value`, as sentences; empty: nothing is wrong. */
export function schemaProblems(value: unknown): string[] {
  const problems: string[] = [];
  manifest(value, "$", problems);
  return problems;
}

/**
 * Checks a parsed model.json: the schema, and what a schema cannot say (names differ, the self-test fits).
 * @throws SpineXRError INVALID_PACKAGE with the JSON paths of the first problems
 */
export function validateManifest(value: unknown): Manifest {
  const problems = schemaProblems(value);
  if (problems.length === 0) problems.push(...referenceProblems(value as Manifest));
  if (problems.length > 0) {
    const more =
      problems.length > SHOWN_PROBLEMS ? ` (${problems.length - SHOWN_PROBLEMS} more problems)` : "";
    throw new SpineXRError(
      "INVALID_PACKAGE",
      `model.json is not a valid manifest: ${problems.slice(0, SHOWN_PROBLEMS).join(" ")}${more}`,
    );
  }
  return value as Manifest;
}

/**
 * The bytes of model.json to a checked manifest.
 * @throws SpineXRError INVALID_PACKAGE, LIMIT_EXCEEDED
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MAX_MANIFEST_BYTES) {
    throw new SpineXRError(
      "LIMIT_EXCEEDED",
      `model.json has ${bytes.length} bytes; expected at most ${MAX_MANIFEST_BYTES}.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SpineXRError("INVALID_PACKAGE", "model.json is not JSON in UTF-8.", { cause });
  }
  return validateManifest(value);
}

function referenceProblems({ classifiers, detector, thresholds, selfTest }: Manifest): string[] {
  const problems: string[] = [];
  if (classifiers.length === 0 && detector === null)
    problems.push("$.classifiers is empty and $.detector is null; expected at least one network.");
  const networks = [
    ...classifiers.map((entry, index) => ({ entry, path: `$.classifiers[${index}]` })),
    ...(detector === null ? [] : [{ entry: detector, path: "$.detector" }]),
  ];
  const names = new Set<string>();
  for (const { entry, path } of networks) {
    if (names.has(entry.name)) problems.push(`${path}.name is used twice.`);
    names.add(entry.name);
    if (new Set(entry.labels).size !== entry.labels.length)
      problems.push(`${path}.labels names a label twice.`);
  }
  if (detector !== null) problems.push(...outputProblems(detector.decoder));
  const known = detector?.labels ?? [];
  for (const name of Object.keys(thresholds.finding ?? {})) {
    if (!known.includes(name))
      problems.push(
        `$.thresholds.finding names ${JSON.stringify(name.slice(0, 40))}, which is no label of the detector.`,
      );
  }
  if (selfTest !== null) problems.push(...selfTestProblems(classifiers, selfTest));
  return problems;
}

/** An output has one meaning. */
function outputProblems(decoder: Decoder): string[] {
  const outputs = decoderOutputs(decoder);
  return new Set(outputs).size === outputs.length ? [] : ["$.detector.decoder names an output twice."];
}

function selfTestProblems(classifiers: readonly ClassifierEntry[], selfTest: SelfTest): string[] {
  const problems: string[] = [];
  if (classifiers.length === 0)
    problems.push("$.selfTest is for classifiers, of which there are none; expected null.");
  classifiers.forEach(({ name, labels }, index) => {
    const logits = Object.hasOwn(selfTest.logits, name) ? selfTest.logits[name]! : [];
    if (logits.length !== labels.length)
      problems.push(
        `$.selfTest.logits has ${logits.length} numbers for classifier ${index}; expected ${labels.length}.`,
      );
  });
  for (const name of Object.keys(selfTest.logits)) {
    if (!classifiers.some((entry) => entry.name === name))
      problems.push("$.selfTest.logits names a classifier that does not exist.");
  }
  return problems;
}
