/** Reads the binary form of a Plan back: for tests and for inspecting a plan. The core has its own reader. */
import { SpineXRError } from "../api/errors.ts";
import { PLAN_VERSION, type PlanPort, type PlanTensor } from "./plan.ts";
import { STEPS, type Step } from "./steps.ts";
import {
  CORE_DTYPES,
  fieldShapes,
  HEADER_WORDS,
  LAYOUTS,
  MAX_RANK,
  PLAN_MAGIC,
  PORT_WORDS,
  STEP_KINDS,
  STORAGES,
  TENSOR_WORDS,
} from "./wire.ts";

/** What the binary form holds of a Plan: names (empty here), port types and constants stay behind. */
export interface DecodedPlan {
  readonly version: typeof PLAN_VERSION;
  readonly tensors: readonly PlanTensor[];
  readonly steps: readonly Step[];
  readonly inputs: readonly Pick<PlanPort, "tensor" | "countTensor">[];
  readonly outputs: readonly Pick<PlanPort, "tensor" | "countTensor">[];
  readonly arenaBytes: number;
  readonly constantBytes: number;
}

/**
 * Throws INVALID_PLAN when the bytes are not a plan of this version, are cut short, or name an unknown step,
 * tensor, type or layout.
 */
export function decodePlan(bytes: Uint8Array): DecodedPlan {
  const reader = new WordReader(bytes);
  if (reader.unsigned() !== PLAN_MAGIC) fail("it does not start with the mark of a plan");
  const version = reader.unsigned();
  if (version !== PLAN_VERSION) fail(`it has version ${version}; this release reads version ${PLAN_VERSION}`);
  const total = reader.unsigned();
  if (total * 4 !== bytes.length) fail(`its header promises ${total * 4} bytes, it has ${bytes.length}`);
  const tensorCount = reader.unsigned();
  const inputCount = reader.unsigned();
  const outputCount = reader.unsigned();
  const stepCount = reader.unsigned();
  const arenaBytes = reader.long();
  const constantBytes = reader.long();
  reader.unsigned();
  const least =
    HEADER_WORDS + tensorCount * TENSOR_WORDS + (inputCount + outputCount) * PORT_WORDS + stepCount * 2;
  if (least > total) fail("its counts need more bytes than it has");

  const tensors = Array.from({ length: tensorCount }, () => readTensor(reader));
  const readPort = () => ({
    tensor: reader.index(tensorCount, false),
    countTensor: reader.index(tensorCount, true),
  });
  const inputs = Array.from({ length: inputCount }, readPort);
  const outputs = Array.from({ length: outputCount }, readPort);
  const steps = Array.from({ length: stepCount }, () => readStep(reader, tensorCount));
  if (!reader.atEnd()) fail("there are bytes behind its last step");
  return { version: PLAN_VERSION, tensors, steps, inputs, outputs, arenaBytes, constantBytes };
}

function readTensor(reader: WordReader): PlanTensor {
  const dtype = reader.choice(CORE_DTYPES, "element type");
  const layout = reader.choice(LAYOUTS, "layout");
  const storage = reader.choice(STORAGES, "storage");
  const rank = reader.signed();
  if (rank < 0 || rank > MAX_RANK) fail(`a tensor has rank ${rank}; 0 to ${MAX_RANK} are possible`);
  const dims = Array.from({ length: MAX_RANK }, () => reader.signed()).slice(0, rank);
  const pixelStride = reader.signed();
  const offset = reader.long();
  const key = reader.unsigned();
  const tensor = { name: "", dtype, layout, dims, pixelStride, storage, offset };
  return key === 0 ? tensor : { ...tensor, key };
}

function readStep(reader: WordReader, tensorCount: number): Step {
  const start = reader.words();
  const kind = reader.choice(STEP_KINDS, "step kind");
  const words = reader.signed();
  const operand = (name: string): number => reader.index(tensorCount, name.endsWith("?"));
  const inputs = STEPS[kind].inputs.map(operand);
  const outputs = STEPS[kind].outputs.map(operand);
  const fields: Record<string, number | number[]> = {};
  for (const field of fieldShapes(kind)) {
    const read = () => (field.float ? reader.float() : reader.signed());
    fields[field.name] = field.array ? Array.from({ length: field.count }, read) : read();
  }
  if (reader.words() - start !== words) fail(`a ${kind} step claims ${words} words`);
  return { kind, name: "", inputs, outputs, fields } as unknown as Step;
}

class WordReader {
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  words(): number {
    return this.at / 4;
  }

  atEnd(): boolean {
    return this.at === this.view.byteLength;
  }

  private next(): number {
    const at = this.at;
    if (at + 4 > this.view.byteLength) fail(`it ends after ${this.view.byteLength} bytes`);
    this.at += 4;
    return at;
  }

  signed(): number {
    return this.view.getInt32(this.next(), true);
  }

  unsigned(): number {
    return this.view.getUint32(this.next(), true);
  }

  float(): number {
    return this.view.getFloat32(this.next(), true);
  }

  long(): number {
    const low = this.unsigned();
    return low + this.unsigned() * 2 ** 32;
  }

  index(count: number, optional: boolean): number {
    const index = this.signed();
    if (index >= count || index < (optional ? -1 : 0)) fail(`it names tensor ${index} of ${count}`);
    return index;
  }

  choice<T>(values: readonly T[], what: string): T {
    const index = this.signed();
    const value = values[index];
    if (value === undefined) fail(`it has ${what} ${index}; ${values.length} are known`);
    return value;
  }
}

function fail(sentence: string): never {
  throw new SpineXRError("INVALID_PLAN", `The bytes are not a usable plan: ${sentence}.`);
}
