/**
 * Checks of plain JSON data, put together like the schema they mirror. A check adds sentences to `problems`; each begins
 * with the JSON path of what is wrong.
 */
import { suggestion } from "../api/options.ts";

export type JsonCheck = (value: unknown, path: string, problems: string[]) => void;

const expected = (what: string, value: unknown, path: string, problems: string[]): void => {
  problems.push(`${path} is ${show(value)}; expected ${what}.`);
};

export const constant =
  (wanted: string): JsonCheck =>
  (value, path, problems) => {
    if (value !== wanted) expected(JSON.stringify(wanted), value, path, problems);
  };

export const oneOf =
  (...wanted: readonly (string | number)[]): JsonCheck =>
  (value, path, problems) => {
    if (!wanted.includes(value as string | number)) {
      expected(wanted.map((item) => JSON.stringify(item)).join(" or "), value, path, problems);
    }
  };

/** Text of 1 to `maxLength` characters (code points, as JSON Schema counts). */
export const text =
  (maxLength: number): JsonCheck =>
  (value, path, problems) => {
    if (typeof value !== "string" || value === "" || [...value].length > maxLength) {
      expected(`a text of 1 to ${maxLength} characters`, value, path, problems);
    }
  };

export const pattern =
  (regexp: RegExp, what: string, maxLength = Number.POSITIVE_INFINITY): JsonCheck =>
  (value, path, problems) => {
    if (typeof value !== "string" || value.length > maxLength || !regexp.test(value)) {
      expected(what, value, path, problems);
    }
  };

export const number =
  (minimum: number, maximum: number): JsonCheck =>
  (value, path, problems) => {
    if (typeof value !== "number" || !(value >= minimum && value <= maximum)) {
      expected(`a number from ${minimum} to ${maximum}`, value, path, problems);
    }
  };

export const integer =
  (minimum: number, maximum: number): JsonCheck =>
  (value, path, problems) => {
    if (!Number.isInteger(value) || !((value as number) >= minimum && (value as number) <= maximum)) {
      expected(`a whole number from ${minimum} to ${maximum}`, value, path, problems);
    }
  };

export const list =
  (minItems: number, maxItems: number, item: JsonCheck): JsonCheck =>
  (value, path, problems) => {
    if (!Array.isArray(value) || value.length < minItems || value.length > maxItems) {
      const count = minItems === maxItems ? `${minItems}` : `${minItems} to ${maxItems}`;
      return expected(`a list of ${count} items`, value, path, problems);
    }
    value.forEach((entry, index) => {
      item(entry, `${path}[${index}]`, problems);
    });
  };

export const record =
  (item: JsonCheck): JsonCheck =>
  (value, path, problems) => {
    if (!isObject(value)) return expected("an object", value, path, problems);
    for (const [key, entry] of Object.entries(value)) item(entry, member(path, key), problems);
  };

/** Every key required unless it is named in `optional`; no other keys. */
export const object =
  (checks: Readonly<Record<string, JsonCheck>>, optional: readonly string[] = []): JsonCheck =>
  (value, path, problems) => {
    if (!isObject(value)) return expected("an object", value, path, problems);
    const known = Object.keys(checks);
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      problems.push(`${member(path, key)} is not a known property.${suggestion(key, known)}`);
    }
    for (const key of known) {
      if (Object.hasOwn(value, key)) checks[key]!(value[key], member(path, key), problems);
      else if (!optional.includes(key)) problems.push(`${member(path, key)} is missing.`);
    }
  };

/** Objects of several forms, told apart by the text of the property `key`. */
export const variant =
  (key: string, forms: Readonly<Record<string, JsonCheck>>): JsonCheck =>
  (value, path, problems) => {
    if (!isObject(value)) return expected("an object", value, path, problems);
    const form = value[key];
    if (typeof form === "string" && Object.hasOwn(forms, form)) return forms[form]!(value, path, problems);
    oneOf(...Object.keys(forms))(form, member(path, key), problems);
  };

/** Objects of two forms, told apart by whether the property `key` is there. */
export const withOrWithout =
  (key: string, present: JsonCheck, absent: JsonCheck): JsonCheck =>
  (value, path, problems) =>
    (isObject(value) && Object.hasOwn(value, key) ? present : absent)(value, path, problems);

export const orNull =
  (check: JsonCheck): JsonCheck =>
  (value, path, problems) => {
    if (value !== null) check(value, path, problems);
  };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const member = (path: string, key: string): string =>
  /^[A-Za-z_$][\w$]{0,60}$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key.slice(0, 60))}]`;

function show(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length} items`;
  if (typeof value === "object" && value !== null) return "an object";
  const json = JSON.stringify(value) ?? "undefined";
  return json.length > 60 ? `${json.slice(0, 60)}...` : json;
}
