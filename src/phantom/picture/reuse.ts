/**
 * Memory that one picture leaves to the next: fresh megabytes for each would keep the garbage collector as busy as the
 * painting. Rendering is synchronous, so a thread needs each part once.
 */

export type Part = "soft" | "soft scratch" | "plate" | "plate scratch";

const parts = new Map<Part, Float32Array>();

/** `length` zeros, good until the same part is asked for again. */
export function reuse(part: Part, length: number): Float32Array {
  let memory = parts.get(part);
  if (memory === undefined || memory.length < length) {
    memory = new Float32Array(length);
    parts.set(part, memory);
    return memory;
  }
  return memory.subarray(0, length).fill(0);
}
