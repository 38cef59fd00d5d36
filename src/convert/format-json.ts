/** JSON for people: two spaces, lists of plain values on one line where they fit. */
const LINE_WIDTH = 110;

/** Text of `value` with a newline at its end; the same value always gives the same text. */
export function formatJson(value: unknown): string {
  return `${format(value, "", 0)}\n`;
}

/** `used`: characters in front of the value on its line. */
function format(value: unknown, indent: string, used: number): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
    const plain = value.every((item) => typeof item !== "object" || item === null);
    if (value.length === 0 || (plain && used + line.length + 1 <= LINE_WIDTH)) return line;
    const items = value.map((item) => `${inner}${format(item, inner, inner.length)}`);
    return `[\n${items.join(",\n")}\n${indent}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => {
      const head = `${inner}${JSON.stringify(key)}: `;
      return `${head}${format(item, inner, head.length)}`;
    });
    return entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n${indent}}`;
  }
  return JSON.stringify(value);
}
