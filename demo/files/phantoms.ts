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

let worker: Worker | null = null;
const waiting: ((bytes: Uint8Array<ArrayBuffer>) => void)[] = [];

/** A phantom that nobody has seen: a radiograph that `spinexr phantom --seed S` would make too. */
export async function newPhantom(
  seed = crypto.getRandomValues(new Uint32Array(1))[0]!,
): Promise<NamedPicture> {
  if (worker === null) {
    worker = new Worker(new URL("./phantom-worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => waiting.shift()?.(data);
  }
  const bytes = await new Promise<Uint8Array<ArrayBuffer>>((resolve) => {
    waiting.push(resolve);
    worker!.postMessage({ seed } satisfies PhantomOrder);
  });
  return { name: `phantom-${seed}.dcm`, source: new Blob([bytes], { type: "application/dicom" }) };
}
