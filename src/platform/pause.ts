/** Long work on the caller's thread in short pieces. */

/** Resolves after whatever waits in the event loop has had its turn. */
export const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A timer that does not keep the process alive. */
export const releaseTimer = (timer: ReturnType<typeof setTimeout>): void => void timer.unref();
