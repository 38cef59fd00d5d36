/** What a network needs and this package does not run: collected over the whole network, reported at once. */
import { SpineXRError } from "../api/errors.ts";
import type { OnnxNode } from "./model.ts";

/** Distinct problems that a message lists in full. */
const MAX_LISTED = 100;

export class Problems {
  readonly #entries = new Map<string, { what: string; reason: string; at: string; count: number }>();

  /** Equal reasons for equal operators are counted together. */
  addNode(node: OnnxNode, opset: number | undefined, reason: string): void {
    const version = opset === undefined ? "" : `, opset ${opset}`;
    const at = node.name || node.outputs.find((name) => name !== "") || "";
    this.#add(`${node.op} (${node.domain || "ai.onnx"}${version})`, reason, at);
  }

  addInput(name: string, reason: string): void {
    this.#add("graph input", reason, name);
  }

  #add(what: string, reason: string, at: string): void {
    const key = `${what}: ${reason}`;
    const entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, { what, reason, at, count: 1 });
    else entry.count++;
  }

  /** @throws UNSUPPORTED_OPERATOR listing everything that was added */
  throwIfAny(): void {
    if (this.#entries.size === 0) return;
    const all = [...this.#entries.values()].map(
      ({ what, reason, at, count }) =>
        `${what} ${count} ${count === 1 ? "time" : "times"} at "${at}": ${reason}`,
    );
    const listed = all.slice(0, MAX_LISTED).join("; ");
    const more = all.length > MAX_LISTED ? `; and ${all.length - MAX_LISTED} more` : "";
    throw new SpineXRError(
      "UNSUPPORTED_OPERATOR",
      `This network needs what spinexr does not run: ${listed}${more}.`,
    );
  }
}
