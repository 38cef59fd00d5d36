/** Values of a detectron2 configuration, checked as they are read. */
import { SpineXRError } from "../../api/errors.ts";
import type { ConfigTree, ConfigValue } from "./read-yaml.ts";

export class DetectorConfig {
  /** What was given, or null. */
  private readonly given: ConfigTree | null;
  private readonly layers: readonly ConfigTree[];

  /**
   * @param given the user's configuration, or null: then `base` stands in its place
   * @param defaults what detectron2 takes where a configuration says nothing
   */
  constructor(given: ConfigTree | null, base: ConfigTree, defaults: ConfigTree) {
    this.given = given;
    this.layers = [given ?? base, defaults];
  }

  /** For the manifest's notes. */
  get isGiven(): boolean {
    return this.given !== null;
  }

  /** A finite number in the range. */
  number(path: string, low: number, high: number): number {
    const value = this.value(path);
    if (typeof value === "number" && value >= low && value <= high) return value;
    return this.refuse(path, value, `a number from ${low} to ${high}`);
  }

  integer(path: string, low: number, high: number): number {
    const value = this.value(path);
    if (Number.isInteger(value) && (value as number) >= low && (value as number) <= high) {
      return value as number;
    }
    return this.refuse(path, value, `a whole number from ${low} to ${high}`);
  }

  flag(path: string): boolean {
    const value = this.value(path);
    return typeof value === "boolean" ? value : this.refuse(path, value, "true or false");
  }

  /** One of `values`; others are settings that cannot be converted. */
  choice<T extends string | number | boolean>(path: string, values: readonly T[]): T {
    const value = this.value(path);
    const found = values.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    return this.refuse(path, value, values.map((v) => JSON.stringify(v)).join(" or "));
  }

  /** `length` finite numbers, each in the range. */
  numbers(path: string, length: number, low: number, high: number): number[] {
    const value = this.value(path);
    const list = asNumbers(value);
    if (list?.length === length && list.every((n) => n >= low && n <= high)) return list;
    return this.refuse(path, value, `${length} numbers from ${low} to ${high}`);
  }

  /** A list of lists of positive numbers; one list of numbers stands for all. */
  lists(path: string): number[][] {
    const value = this.value(path);
    const one = asNumbers(value);
    const all = one === null ? (Array.isArray(value) ? value.map(asNumbers) : []) : [one];
    const good = all.filter((list): list is number[] => list !== null && list.length > 0);
    if (good.length === all.length && all.length > 0 && good.flat().every((n) => n > 0 && n <= 1e6))
      return good;
    return this.refuse(path, value, "lists of positive numbers");
  }

  /** A list of names, or null where it is absent or empty. */
  names(path: string): string[] | null {
    const value = this.value(path, null);
    if (value === null || (Array.isArray(value) && value.length === 0)) return null;
    if (Array.isArray(value) && value.every((name) => typeof name === "string" && name !== "")) {
      return value as string[];
    }
    return this.refuse(path, value, "a list of names");
  }

  /** Names such as "res2", "res3": the numbers, which must follow each other. */
  stages(path: string, prefix: string): number[] {
    const stages = (this.names(path) ?? []).map((name) =>
      name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN,
    );
    const first = stages[0] ?? 0;
    if (first >= 1 && first <= 16 && stages.every((stage, i) => stage === first + i)) return stages;
    return this.refuse(
      path,
      this.value(path),
      `a list such as ${prefix}2, ${prefix}3, finest first, without gaps`,
    );
  }

  /**
   * Compares what the configuration says, where it says anything, with what the tensors say.
   * @throws SpineXRError INVALID_ARGUMENT naming the setting and both values
   */
  agree(path: string, found: number): void {
    // Otherwise it was computed from the dims of a tensor that is missing, which is reported by name.
    if (Number.isInteger(found) && found > 0) this.agreeOneOf(path, [found], `${found}`);
  }

  /** agree() where several values would be right; `found` is what the tensors say, in words. */
  agreeOneOf(path: string, right: readonly number[], found: string): void {
    const value = this.given === null ? undefined : lookUp(this.given, path);
    if (value === undefined || right.some((candidate) => candidate === value)) return;
    this.disagree(path, value, found);
  }

  private disagree(path: string, value: ConfigValue, found: string): never {
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `The configuration says ${path} is ${show(value)}, but the checkpoint's tensors say ${found}; ` +
        "give the configuration that this checkpoint was trained with.",
    );
  }

  private value(path: string, otherwise?: null): ConfigValue {
    for (const layer of this.layers) {
      const value = lookUp(layer, path);
      if (value !== undefined) return value;
    }
    if (otherwise !== undefined) return otherwise;
    throw new SpineXRError("INTERNAL", `The setting ${path} has no default.`);
  }

  private refuse(path: string, value: ConfigValue, expected: string): never {
    throw new SpineXRError(
      "INVALID_ARGUMENT",
      `The configuration says ${path} is ${show(value)}; this can be converted with ${expected}.`,
    );
  }
}

function lookUp(tree: ConfigTree, path: string): ConfigValue | undefined {
  let value: ConfigValue = tree;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as ConfigTree)[key]!;
  }
  return typeof value === "string" ? (tuple(value) ?? value) : value;
}

/** detectron2 reads strings that are Python tuples: "(1.0, 2.0)". Others: null. */
function tuple(text: string): number[] | null {
  const inner = /^\s*\(([-+0-9.eE\s,]*)\)\s*$/.exec(text)?.[1];
  if (inner === undefined || text.length > 1000) return null;
  const parts = inner.replace(/,\s*$/, "").split(",");
  const numbers = parts.map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  return numbers.every(Number.isFinite) ? numbers : null;
}

function asNumbers(value: ConfigValue): number[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === "number" && Number.isFinite(item))
    ? (value as number[])
    : null;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
