/** Writes the binary form of a Plan that native/plan/plan.h describes. Constants are not part of it. */
import { SpineXRError } from "../api/errors.ts";
import { PLAN_VERSION, type Plan, type PlanPort, type PlanTensor } from "./plan.ts";
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

const stepWords = (step: Step): number =>
  2 +
  STEPS[step.kind].inputs.length +
  STEPS[step.kind].outputs.length +
  fieldShapes(step.kind).reduce((sum, field) => sum + field.count, 0);

/**
 * The plan as little-endian 32-bit words. Names are left out.
 * Throws INVALID_PLAN when a number does not fit its word or an operand or field is missing.
 */
export function encodePlan(plan: Plan): Uint8Array {
  const total =
    HEADER_WORDS +
    plan.tensors.length * TENSOR_WORDS +
    (plan.inputs.length + plan.outputs.length) * PORT_WORDS +
    plan.steps.reduce((sum, step) => sum + stepWords(step), 0);
  const writer = new WordWriter(total);

  writer.unsigned(PLAN_MAGIC, "magic");
  writer.unsigned(PLAN_VERSION, "version");
  writer.unsigned(total, "total words");
  writer.unsigned(plan.tensors.length, "tensor count");
  writer.unsigned(plan.inputs.length, "input count");
  writer.unsigned(plan.outputs.length, "output count");
  writer.unsigned(plan.steps.length, "step count");
  writer.long(plan.arenaBytes, "arena bytes");
  writer.long(plan.constantBytes, "constant bytes");
  writer.unsigned(0, "reserved");
  for (const tensor of plan.tensors) writeTensor(writer, tensor);
  for (const port of [...plan.inputs, ...plan.outputs]) writePort(writer, port);
  for (const step of plan.steps) writeStep(writer, step);
  return writer.finish();
}

function writeTensor(writer: WordWriter, tensor: PlanTensor): void {
  const what = `tensor "${tensor.name}"`;
  if (tensor.dims.length > MAX_RANK) fail(`${what} has rank ${tensor.dims.length}; at most ${MAX_RANK} fit`);
  writer.signed(CORE_DTYPES.indexOf(tensor.dtype), what);
  writer.signed(LAYOUTS.indexOf(tensor.layout), what);
  writer.signed(STORAGES.indexOf(tensor.storage), what);
  writer.signed(tensor.dims.length, what);
  for (let d = 0; d < MAX_RANK; d++) writer.signed(tensor.dims[d] ?? 1, what);
  writer.signed(tensor.pixelStride, what);
  writer.long(tensor.offset, what);
  writer.unsigned(tensor.key ?? 0, what);
}

function writePort(writer: WordWriter, port: PlanPort): void {
  writer.signed(port.tensor, `port "${port.name}"`);
  writer.signed(port.countTensor, `port "${port.name}"`);
}

function writeStep(writer: WordWriter, step: Step): void {
  const spec = STEPS[step.kind];
  const what = `step "${step.name}" (${step.kind})`;
  if (step.inputs.length !== spec.inputs.length || step.outputs.length !== spec.outputs.length) {
    fail(
      `${what} has ${step.inputs.length} inputs and ${step.outputs.length} outputs; ` +
        `${spec.inputs.length} and ${spec.outputs.length} were expected`,
    );
  }
  writer.signed(STEP_KINDS.indexOf(step.kind), what);
  writer.signed(stepWords(step), what);
  for (const tensor of [...step.inputs, ...step.outputs]) writer.signed(tensor, what);
  const fields = step.fields as Readonly<Record<string, number | readonly number[] | undefined>>;
  for (const field of fieldShapes(step.kind)) {
    const value = fields[field.name];
    const values = typeof value === "object" ? value : [value ?? Number.NaN];
    if (value === undefined || values.length !== field.count) {
      fail(`${what} needs ${field.count} value(s) for "${field.name}"`);
    }
    for (const word of values) {
      if (field.float) writer.float(word);
      else writer.signed(word, `${what}, field "${field.name}"`);
    }
  }
}

class WordWriter {
  private readonly view: DataView;
  private at = 0;

  constructor(words: number) {
    this.view = new DataView(new ArrayBuffer(words * 4));
  }

  signed(value: number, what: string): void {
    if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 31) {
      fail(`${what}: ${value} is not a 32-bit integer`);
    }
    this.view.setInt32(this.at, value, true);
    this.at += 4;
  }

  unsigned(value: number, what: string): void {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32)
      fail(`${what}: ${value} does not fit 32 bits`);
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }

  long(value: number, what: string): void {
    if (!Number.isSafeInteger(value) || value < 0) fail(`${what}: ${value} is not a byte count`);
    this.unsigned(value % 2 ** 32, what);
    this.unsigned(Math.floor(value / 2 ** 32), what);
  }

  float(value: number): void {
    this.view.setFloat32(this.at, value, true);
    this.at += 4;
  }

  finish(): Uint8Array {
    if (this.at !== this.view.byteLength) fail(`wrote ${this.at} of ${this.view.byteLength} bytes`);
    return new Uint8Array(this.view.buffer);
  }
}

function fail(sentence: string): never {
  throw new SpineXRError("INVALID_PLAN", `The plan cannot be encoded: ${sentence}.`);
}
