/** A detectron2 configuration (YAML 1.2, plain data only) to an object. Files are hostile until checked. */
import { SpineXRError } from "../../api/errors.ts";
import { limitExceeded } from "../checkpoint/errors.ts";

/** Plain data: what JSON could say, and numbers that are not finite. */
export type ConfigValue = string | number | boolean | null | readonly ConfigValue[] | ConfigTree;
export interface ConfigTree {
  readonly [key: string]: ConfigValue;
}

const MAX_BYTES = 1 << 20;
/** The parser takes quadratic time in keys, anchors and depth; a whole detectron2 configuration has about 2,700. */
const MAX_TOKENS = 20_000;
/** How often aliases may be resolved, counted as the parser does: with what they themselves repeat. */
const MAX_ALIASES = 100;

/**
 * @throws SpineXRError INVALID_ARGUMENT (not YAML, a tag, a key twice, too many aliases, a base file), LIMIT_EXCEEDED
 */
export async function readYaml(bytes: Uint8Array): Promise<ConfigTree> {
  if (bytes.length > MAX_BYTES) {
    limitExceeded(`The configuration has ${bytes.length} bytes; expected at most ${MAX_BYTES}.`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    return refuse("is not UTF-8", cause);
  }
  const { Lexer, parseAllDocuments } = await import("yaml");
  let tokens = 0;
  for (const _ of new Lexer().lex(text)) {
    if (++tokens > MAX_TOKENS) {
      limitExceeded(`The configuration has more than ${MAX_TOKENS} tokens; expected one of detectron2.`);
    }
  }
  const documents = parseAllDocuments(text, { version: "1.2", schema: "core", logLevel: "silent" });
  const document = documents[0];
  if (document === undefined || documents.length !== 1) {
    return refuse(`has ${documents.length} documents; expected one`);
  }
  // A tag that the schema does not know (!!python/...) is a warning to the parser.
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    refuse(`is not plain YAML (${problem.code} in line ${problem.linePos?.[0].line ?? 1})`, problem);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
    JSON.stringify(value); // throws where a list holds itself
  } catch (cause) {
    return refuse("has aliases without an anchor, or repeats itself by them without end", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse("is not a mapping of names to values");
  }
  const tree = value as ConfigTree;
  if (Object.hasOwn(tree, "_BASE_")) {
    refuse("refers to another file (_BASE_), which is not read");
  }
  return tree;
}

function refuse(found: string, cause?: unknown): never {
  throw new SpineXRError(
    "INVALID_ARGUMENT",
    `The configuration ${found}. Give a whole one: print(cfg.dump()) in Python writes it, as do detectron2's ` +
      "training runs into their output folder.",
    { cause },
  );
}
