/** Inflating; here on the thread that asks, which is the engine's worker. */
import { inflateCapped } from "../../bytes/inflate.ts";

/** As in Node. DecompressionStream would refuse what lies behind the end of the stream. */
export const inflateBeside = async (bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> =>
  inflateCapped(bytes, maxBytes);
