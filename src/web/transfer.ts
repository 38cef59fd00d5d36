/** Which memory moves with a message instead of being copied. */

/** The buffers of arrays in a freshly made answer, at its top and one and two levels below. */
export function buffersIn(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const look = (at: unknown, depth: number): void => {
    if (ArrayBuffer.isView(at)) {
      if (at.buffer instanceof ArrayBuffer) found.add(at.buffer);
    } else if (typeof at === "object" && at !== null && depth > 0) {
      for (const inner of Object.values(at)) look(inner, depth - 1);
    }
  };
  look(value, 3);
  return [...found];
}

/** The same without memory that is not part of it: a copied view takes the whole buffer behind it along. */
export function compact(value: unknown, depth = 3): unknown {
  if (ArrayBuffer.isView(value))
    return value instanceof DataView || value.byteLength === value.buffer.byteLength
      ? value
      : (value as Uint8Array).slice();
  if (typeof value !== "object" || value === null || depth === 0) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, compact(inner, depth - 1)]));
}
