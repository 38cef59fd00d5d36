/** Pictures of nobody: those that come with the page, and new ones made here. */
import type { PhantomOrder } from "./phantom-worker.ts";

export interface NamedPicture {
  readonly name: string;
  readonly source: Blob;
}

const BUNDLED = ["lumbar-lateral.dcm", "lumbar-ap.dcm"];

export async function bundledPhantoms(): Promise<NamedPicture[]> {
  return Promise.all(
    BUNDLED.map(async (name) => {
      const response = await fetch(`samples/${name}`);
      if (!response.ok) throw new Error(`${name} is not there (status ${response.status}).`);
      return { name, source: await response.blob() };
    }),
  );
}

interface Waiting {
  resolve(bytes: Uint8Array<ArrayBuffer>): void;
  reject(error: Error): void;
}

let worker: Worker | null = null;
let waiting: Waiting[] = [];

/** Of a million, the picture that `spinexr phantom --seed S` makes first in its test split. */
export async function newPhantom(): Promise<NamedPicture> {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]! % 1_000_000;
  worker ??= startWorker();
  const order: PhantomOrder = { seed };
  const bytes = await new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
    waiting.push({ resolve, reject });
    worker!.postMessage(order);
  });
  return { name: `phantom-${seed}.dcm`, source: new Blob([bytes], { type: "application/dicom" }) };
}

/** It answers in the order in which it is asked. */
function startWorker(): Worker {
  const started = new Worker(new URL("./phantom-worker.js", import.meta.url), { type: "module" });
  started.onmessage = ({ data }) => waiting.shift()?.resolve(data);
  started.onerror = () => {
    started.terminate();
    worker = null;
    for (const { reject } of waiting) reject(new Error("The worker that makes it ended."));
    waiting = [];
  };
  return started;
}
