/** model.json to a Manifest. Mirrors models/manifest.schema.json; a test holds the two equal. */
import { SpineXRError } from "../api/errors.ts";
import {
  constant,
  integer,
  list,
  nothing,
  number,
  object,
  oneOf,
  orNull,
  pattern,
  record,
  text,
} from "./check.ts";
import type { Manifest } from "./manifest.ts";

const MAX_MANIFEST_BYTES = 1 << 20;
const SHOWN_PROBLEMS = 5;

const label = text(200);
const file = pattern(
  /^(?!\.)[A-Za-z0-9._-]+(\/(?!\.)[A-Za-z0-9._-]+)*$/,
  "a path inside the package: letters, digits, hyphens, dots and underscores between forward slashes",
  200,
);
const sha256 = pattern(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits");

const classifier = object({
  name: label,
  architecture: label,
  file,
  sha256,
  input: object({
    height: integer(1, 4096),
    width: integer(1, 4096),
    resize: constant("stretch"),
    colorOrder: oneOf("BGR", "RGB"),
    mean: list(3, 3, number(-1e6, 1e6)),
    std: list(3, 3, number(1e-6, 1e6)),
  }),
  inputName: label,
  outputName: label,
  labels: list(1, 64, label),
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
  classifiers: list(1, 16, classifier),
  detector: nothing,
  ensemble: object({ rule: constant("mean-logit"), clip: number(1e-12, 0.1) }),
  thresholds: object({ abnormal: number(0, 1) }),
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

function referenceProblems({ classifiers, selfTest }: Manifest): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  classifiers.forEach(({ name, labels }, index) => {
    const path = `$.classifiers[${index}]`;
    if (names.has(name)) problems.push(`${path}.name is used twice.`);
    names.add(name);
    if (new Set(labels).size !== labels.length) problems.push(`${path}.labels names a label twice.`);
    if (selfTest === null) return;
    const logits = Object.hasOwn(selfTest.logits, name) ? selfTest.logits[name]! : [];
    if (logits.length !== labels.length) {
      problems.push(
        `$.selfTest.logits has ${logits.length} numbers for classifier ${index}; expected ${labels.length}.`,
      );
    }
  });
  for (const name of Object.keys(selfTest?.logits ?? {})) {
    if (!names.has(name)) problems.push(`$.selfTest.logits names a classifier that does not exist.`);
  }
  return problems;
}
