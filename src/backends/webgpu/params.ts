/** The bytes of a kernel's struct Params, laid out as WGSL lays out uniform memory. */
import { SpineXRError } from "../../api/errors.ts";
import { SHADERS, type ShaderName } from "./shaders.ts";

interface Field {
  readonly name: string;
  readonly scalar: "i32" | "u32" | "f32";
  /** In words. */
  readonly at: number;
  /** Numbers that it holds. */
  readonly length: number;
}

const layouts = new Map<ShaderName, { fields: readonly Field[]; words: number }>();

const FIELD = /^\s*(\w+): (?:(i32|u32|f32)|vec4<(i32|u32|f32)>|array<vec4<(i32|u32|f32)>, (\d+)>),$/;

function layoutOf(kernel: ShaderName) {
  const known = layouts.get(kernel);
  if (known !== undefined) return known;
  const body = /struct Params \{\n([^}]*)\}/.exec(SHADERS[kernel])?.[1] ?? "";
  const fields: Field[] = [];
  let words = 0;
  for (const line of body.split("\n").filter((text) => text !== "")) {
    const match = FIELD.exec(line);
    if (match === null) throw new SpineXRError("INTERNAL", `${kernel}.wgsl: "${line}" is not understood.`);
    const [, name, single, vector, array, count] = match;
    const length = single !== undefined ? 1 : 4 * Number(count ?? 1);
    if (single === undefined) words = Math.ceil(words / 4) * 4;
    fields.push({ name: name!, scalar: (single ?? vector ?? array) as Field["scalar"], at: words, length });
    words += length;
  }
  const layout = { fields, words: Math.ceil(words / 4) * 4 };
  layouts.set(kernel, layout);
  return layout;
}

/** Lists shorter than their field are filled up with 0. Throws INTERNAL where a value is missing or left over. */
export function packParams(
  kernel: ShaderName,
  params: Readonly<Record<string, number | readonly number[]>>,
): Uint32Array<ArrayBuffer> {
  const { fields, words } = layoutOf(kernel);
  const names = Object.keys(params);
  const missing = fields.find(({ name }) => !(name in params));
  if (missing !== undefined || names.length !== fields.length)
    throw new SpineXRError(
      "INTERNAL",
      `${kernel}.wgsl has the parameters ${fields.map(({ name }) => name).join(", ")}, found ${names.join(", ")}.`,
    );
  const unsigned = new Uint32Array(words);
  const floats = new Float32Array(unsigned.buffer);
  for (const { name, scalar, at, length } of fields) {
    const value = params[name]!;
    const values = typeof value === "number" ? [value] : value;
    for (let i = 0; i < Math.min(length, values.length); i++) {
      if (scalar === "f32") floats[at + i] = values[i]!;
      else unsigned[at + i] = values[i]!; // modulo 2^32: signed numbers keep their bits
    }
  }
  return unsigned;
}
