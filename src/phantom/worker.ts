/** Makes files in a thread of its own: numbers in, bytes out. */
import { workerMain } from "../platform/worker-scope.ts";
import { phantomDicom } from "./file.ts";
import { type EncodeSamples, loadJpegLs } from "./jpeg-ls.ts";
import { type PhantomKey, planPhantom } from "./plan.ts";

/** What a thread is asked for. */
export interface PhantomOrder {
  readonly key: PhantomKey;
  readonly compress: boolean;
}

workerMain<null>((scope) => {
  let encoder: Promise<EncodeSamples> | undefined;
  scope.onMessage(async (message) => {
    const { key, compress } = message as PhantomOrder;
    if (compress) encoder ??= loadJpegLs();
    const bytes = phantomDicom(planPhantom(key), compress ? await encoder : undefined);
    scope.post(bytes, [bytes.buffer as ArrayBuffer]);
  });
});
