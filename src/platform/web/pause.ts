/** Long work on the caller's thread in short pieces. */

/** Resolves after whatever waits in the event loop has had its turn. A timer would wait 4 milliseconds. */
export const pause = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/** Pages live as long as they are looked at. */
export const releaseTimer = (_timer: unknown): void => undefined;
