/** The part of JSON Schema 2020-12 that models/manifest.schema.json uses, interpreted as the standard says. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

const KEYWORDS = new Set([
  ...["$schema", "$id", "$defs", "$ref", "title", "description", "type", "const", "enum", "anyOf"],
  ...["properties", "required", "additionalProperties", "items", "minItems", "maxItems"],
  ...["pattern", "minLength", "maxLength", "minimum", "maximum"],
]);

export function accepts(schema: Schema, value: unknown, root: Schema = schema): boolean {
  for (const keyword of Object.keys(schema)) {
    if (!KEYWORDS.has(keyword))
      throw new Error(`the schema uses "${keyword}", which this test does not know`);
  }
  const has = (keyword: string): boolean => Object.hasOwn(schema, keyword);
  const number = (keyword: string): number => schema[keyword] as number;
  if (has("$ref") && !accepts(resolve(root, schema.$ref as string), value, root)) return false;
  if (has("const") && value !== schema.const) return false;
  if (has("enum") && !(schema.enum as unknown[]).includes(value)) return false;
  if (has("type") && !isType(value, schema.type as string)) return false;
  if (has("anyOf") && !(schema.anyOf as Schema[]).some((option) => accepts(option, value, root)))
    return false;
  if (typeof value === "string") {
    const length = [...value].length;
    if (has("minLength") && length < number("minLength")) return false;
    if (has("maxLength") && length > number("maxLength")) return false;
    if (has("pattern") && !new RegExp(schema.pattern as string, "u").test(value)) return false;
  }
  if (typeof value === "number") {
    if (has("minimum") && value < number("minimum")) return false;
    if (has("maximum") && value > number("maximum")) return false;
  }
  if (Array.isArray(value)) {
    if (has("minItems") && value.length < number("minItems")) return false;
    if (has("maxItems") && value.length > number("maxItems")) return false;
    if (has("items") && !value.every((item) => accepts(schema.items as Schema, item, root))) return false;
  } else if (typeof value === "object" && value !== null) {
    const properties = (schema.properties ?? {}) as Record<string, Schema>;
    if (has("required") && !(schema.required as string[]).every((key) => Object.hasOwn(value, key)))
      return false;
    for (const [key, item] of Object.entries(value)) {
      const rule = Object.hasOwn(properties, key) ? properties[key]! : (schema.additionalProperties ?? true);
      if (rule === false || (rule !== true && !accepts(rule as Schema, item, root))) return false;
    }
  }
  return true;
}

function resolve(root: Schema, reference: string): Schema {
  const found = reference
    .slice(2)
    .split("/")
    .reduce<unknown>((at, key) => (at as Schema)[key], root);
  if (!reference.startsWith("#/") || found === undefined) throw new Error(`the schema has no ${reference}`);
  return found as Schema;
}

function isType(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}
