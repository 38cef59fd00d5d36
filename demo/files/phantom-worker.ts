/** Makes phantoms beside the page's thread. */
import { phantomDicom, planPhantom } from "../../src/phantom/index.ts";

export interface PhantomOrder {
  readonly seed: number;
}

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<PhantomOrder>) => void) | null;
  postMessage(message: unknown, transfer: Transferable[]): void;
};

scope.onmessage = ({ data: { seed } }) => {
  const bytes = phantomDicom(planPhantom({ seed, split: "test", index: 0 }));
  scope.postMessage(bytes, [bytes.buffer as ArrayBuffer]);
};
