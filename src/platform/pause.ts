/** Long work on the caller's thread in short pieces. */

/** Resolves after whatever waits in the event loop has had its turn. */
export const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
