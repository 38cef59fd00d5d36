/** Progress on stderr: one line that is redrawn, only on a terminal, only when the work is long enough to wonder. */
import type { ProgressEvent } from "../api/progress.ts";
import type { Io } from "./command.ts";

const QUIET_MS = 400;
const WIDTH = 24;

export class Progress {
  readonly #io: Io;
  readonly #start = performance.now();
  #drawn = false;

  constructor(io: Io) {
    this.#io = io;
  }

  /** done of total (total 0: unknown). */
  show(label: string, done: number, total: number): void {
    if (!this.#io.interactive || performance.now() - this.#start < QUIET_MS) return;
    const filled = total > 0 ? Math.round((done / total) * WIDTH) : 0;
    const bar = total > 0 ? ` ${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${done}/${total}` : "";
    this.#io.err(`\r\u001b[2K${label}${bar}`);
    this.#drawn = true;
  }

  event(event: ProgressEvent): void {
    switch (event.phase) {
      case "fetch":
        this.show(`reading ${event.file}`, event.total === null ? 0 : event.loaded, event.total ?? 0);
        break;
      case "verify":
        this.show(`checking ${event.file}`, 0, 0);
        break;
      case "compile":
        this.show(`preparing ${event.file}`, event.index, event.count);
        break;
      case "tune":
        this.show(`measuring ${event.layer}`, event.index, event.count);
        break;
      case "self-test":
        this.show("self-test", 0, 0);
        break;
      case "convert":
        this.show(`converting ${event.file}`, event.done, event.total);
        break;
    }
  }

  /** Clears the line. */
  end(): void {
    if (this.#drawn) this.#io.err("\r\u001b[2K");
    this.#drawn = false;
  }
}
