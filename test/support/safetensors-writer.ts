/** Writes .safetensors files. */
import type { TestState } from "./torch-writer.ts";
import { join, u64 } from "./zip-writer.ts";

export function writeSafetensors(state: TestState): Uint8Array {
  let at = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  const parts: Uint8Array[] = [];
  for (const [name, { dims, data }] of state) {
    header[name] = { dtype: "F32", shape: dims, data_offsets: [at, at + data.byteLength] };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    at += data.byteLength;
  }
  return withHeader(header, join(...parts));
}

export function withHeader(header: unknown, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  return join(u64(json.length), json, data);
}
