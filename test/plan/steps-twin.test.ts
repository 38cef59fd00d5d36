/** Holds src/plan (steps.ts, wire.ts) and native/plan (steps.inc, plan.h) together. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HALF_OPERANDS } from "../../src/plan/half.ts";
import { PLAN_VERSION } from "../../src/plan/plan.ts";
import {
  ACTIVATIONS,
  CONV_ALGORITHMS,
  POOL_MODES,
  REDUCE_OPS,
  STEPS,
  type StepKind,
} from "../../src/plan/steps.ts";
import {
  CORE_DTYPES,
  HEADER_WORDS,
  LAYOUTS,
  MAX_RANK,
  PLAN_MAGIC,
  PORT_WORDS,
  STORAGES,
  TENSOR_WORDS,
} from "../../src/plan/wire.ts";
import { assert, suite } from "../shim.ts";

const native = join(import.meta.dirname, "../../native/plan");
const withoutComments = (text: string): string => text.replace(/\/\/.*$/gm, "");
const inc = withoutComments(readFileSync(join(native, "steps.inc"), "utf8"));
const header = withoutComments(readFileSync(join(native, "plan.h"), "utf8"));

/** "pre_scale" to "preScale". */
const camel = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The top-level, comma-separated arguments of each SPX_STEP(...). */
function nativeSteps(): string[][] {
  const steps: string[][] = [];
  for (let at = inc.indexOf("SPX_STEP("); at >= 0; at = inc.indexOf("SPX_STEP(", at + 1)) {
    const parts = [""];
    let depth = 1;
    for (let i = at + "SPX_STEP(".length; depth > 0; i++) {
      const c = inc[i] as string;
      depth += c === "(" ? 1 : c === ")" ? -1 : 0;
      if (depth === 1 && c === ",") parts.push("");
      else if (depth > 0) parts[parts.length - 1] += c;
    }
    steps.push(parts.map((part) => part.trim()));
  }
  return steps;
}

const operands = (text: string): string[] =>
  [...text.matchAll(/SPX_(IN|OPT)\((\w+)\)/g)].map(
    ([, mode, name]) => camel(name as string) + (mode === "OPT" ? "?" : ""),
  );

const fields = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/\b(IA|I|F)\((\w+)(?:,\s*(\d+))?\)/g)].map(([, type, name, count]) => [
      camel(name as string),
      type === "IA" ? `i[${count}]` : type === "F" ? "f" : "i",
    ]),
  );

const enumNames = (name: string): string[] => {
  const body = new RegExp(`enum class ${name} : int32_t \\{([^}]*)\\}`).exec(header)?.[1] ?? "";
  return [...body.matchAll(/k(\w+) = (\d+)/g)].map(([, item, number], i) => {
    assert.is(Number(number), i);
    return (item as string).toLowerCase();
  });
};

const structWords = (name: string): number => {
  const body = new RegExp(`struct ${name} \\{([^}]*)\\}`).exec(header)?.[1] ?? "";
  let words = 0;
  for (const [, names] of body.matchAll(/u?int32_t ([^;]*);/g)) {
    for (const member of (names as string).split(",")) {
      const length = /\[(\w+)\]/.exec(member)?.[1];
      words += length === undefined ? 1 : length === "kMaxRank" ? MAX_RANK : Number(length);
    }
  }
  return words;
};

const test = suite("plan: twins");

test("steps.inc lists the kinds of steps.ts in the same order", () => {
  assert.equal(
    nativeSteps().map(([name]) => camel(name as string)),
    Object.keys(STEPS),
  );
});

for (const [name, inputs, outputs, body] of nativeSteps()) {
  test(`operands and fields of ${name}`, () => {
    const spec = STEPS[camel(name as string) as StepKind];
    assert.equal(operands(inputs as string), [...spec.inputs]);
    assert.equal(operands(outputs as string), [...spec.outputs]);
    assert.equal(Object.entries(fields(body as string)), Object.entries(spec.fields));
  });
}

test("half.inc says of the operands what half.ts says", () => {
  const half = withoutComments(readFileSync(join(native, "half.inc"), "utf8"));
  const rules = [...half.matchAll(/SPX_HALF\((\w+), "([.\d]*)"\)/g)].map(([, name, rule]) => [
    camel(name!),
    rule,
  ]);
  assert.equal(rules, Object.entries(HALF_OPERANDS));
  assert.equal(Object.keys(HALF_OPERANDS), Object.keys(STEPS));
  for (const [kind, { inputs, outputs }] of Object.entries(STEPS))
    assert.is(HALF_OPERANDS[kind as StepKind].length, inputs.length + outputs.length);
});

test("plan.h has the numbers of wire.ts", () => {
  assert.is(Number(/kPlanMagic = (0x[0-9a-fA-F]+)/.exec(header)?.[1]), PLAN_MAGIC);
  assert.is(Number(/kPlanVersion = (\d+)/.exec(header)?.[1]), PLAN_VERSION);
  assert.is(Number(/kMaxRank = (\d+)/.exec(header)?.[1]), MAX_RANK);
  assert.is(structWords("PlanHeader"), HEADER_WORDS);
  assert.is(structWords("TensorRecord"), TENSOR_WORDS);
  assert.is(structWords("PortRecord"), PORT_WORDS);
  assert.equal(enumNames("DType"), [...CORE_DTYPES]);
  assert.equal(enumNames("Layout"), [...LAYOUTS]);
  assert.equal(enumNames("Storage"), [...STORAGES]);
});

test("enums.h has the modes of steps.ts", () => {
  const enums = withoutComments(readFileSync(join(native, "enums.h"), "utf8"));
  const names = (name: string): string[] => {
    const body = new RegExp(`enum class ${name} : int32_t \\{([^}]*)\\}`).exec(enums)?.[1] ?? "";
    const items = [...body.matchAll(/k(\w+)/g)].map(([, item]) => item as string);
    return items.map((item) => item[0]?.toLowerCase() + item.slice(1));
  };
  assert.equal(names("Activation"), [...ACTIVATIONS, "count"]);
  assert.equal(names("ReduceOp"), [...REDUCE_OPS, "count"]);
  assert.equal(names("ConvAlgorithm"), [...CONV_ALGORITHMS, "count"]);
  assert.equal(names("PoolMode"), [...POOL_MODES, "count"]);
});

test.run();
