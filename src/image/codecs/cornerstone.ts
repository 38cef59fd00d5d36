/** The WebAssembly builds of CharLS, libjpeg-turbo, OpenJPEG and OpenJPH behind one function. */
import { SpineXRError } from "../../api/errors.ts";
import { CODEC_OPTIONS } from "../../platform/codec-files.ts";
import { bytesPerSample, type Decoded, type StreamInfo } from "./codec.ts";

interface Library {
  readonly name: string;
  readonly load: () => Promise<{ default: ModuleFactory }>;
  readonly decoder: "JpegLSDecoder" | "JPEGDecoder" | "J2KDecoder" | "HTJ2KDecoder";
}

export const CHARLS: Library = {
  name: "CharLS",
  load: () => import("@cornerstonejs/codec-charls/decodewasmjs"),
  decoder: "JpegLSDecoder",
};
export const LIBJPEG_TURBO: Library = {
  name: "libjpeg-turbo",
  load: () => import("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs"),
  decoder: "JPEGDecoder",
};
export const OPENJPEG: Library = {
  name: "OpenJPEG",
  load: () => import("@cornerstonejs/codec-openjpeg/decodewasmjs"),
  decoder: "J2KDecoder",
};
export const OPENJPH: Library = {
  name: "OpenJPH",
  load: () => import("@cornerstonejs/codec-openjph/wasmjs"),
  decoder: "HTJ2KDecoder",
};

interface LoadedModule {
  readonly module: CodecModule;
  /** Lines that the library printed since they were last cleared. */
  readonly lines: string[];
}

const loaded = new Map<Library, Promise<LoadedModule>>();

/** @throws SpineXRError INTERNAL */
async function load(library: Library): Promise<LoadedModule> {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  try {
    const { default: factory } = await library.load();
    return { module: await factory({ print, printErr: print, ...CODEC_OPTIONS }), lines };
  } catch (cause) {
    throw new SpineXRError(
      "INTERNAL",
      `The codec ${library.name} cannot be loaded (${cause instanceof Error ? cause.message : cause}); in browsers its file in ` +
        "dist/web/codecs must be reachable, and a Content Security Policy must allow 'wasm-unsafe-eval'.",
      { cause },
    );
  }
}

/**
 * Decodes and compares what came out with the stream's own header: OpenJPEG answers damaged streams with an empty or
 * smaller picture instead of an error.
 * @throws SpineXRError DECODE_FAILED
 */
export async function decodeWith(library: Library, bytes: Uint8Array, info: StreamInfo): Promise<Decoded> {
  let loading = loaded.get(library);
  if (loading === undefined) {
    loading = load(library);
    loaded.set(library, loading);
  }
  const { module, lines } = await loading;
  lines.length = 0;
  const decoder = new module[library.decoder]();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const error = lines.find((line) => line.includes("[ERROR]"));
    if (error !== undefined) throw failed(library, error);
    const found = decoder.getFrameInfo();
    const pixels = decoder.getDecodedBuffer();
    const expected = info.width * info.height * info.components * bytesPerSample(info.bits);
    if (
      found.width !== info.width ||
      found.height !== info.height ||
      found.componentCount !== info.components ||
      found.bitsPerSample !== info.bits ||
      pixels.length !== expected
    )
      throw failed(
        library,
        `it decodes to ${found.width} x ${found.height}, ${found.componentCount} components, ${found.bitsPerSample} bits`,
      );
    // Copied out of the module's memory.
    return {
      ...info,
      planar: decoder.getInterleaveMode?.() === 0 && info.components > 1,
      bytes: pixels.slice(),
    };
  } catch (cause) {
    if (cause instanceof SpineXRError) throw cause;
    throw failed(library, describe(module, cause), cause);
  } finally {
    decoder.delete();
  }
}

function failed(library: Library, what: string, cause?: unknown): SpineXRError {
  return new SpineXRError("DECODE_FAILED", `${library.name} cannot decode the picture: ${what}.`, { cause });
}

function describe(module: CodecModule, cause: unknown): string {
  if (typeof cause !== "number") return cause instanceof Error ? cause.message : String(cause);
  const message = module.getExceptionMessage?.(cause);
  return message === undefined ? "the stream is damaged" : [message].flat().filter(Boolean).join(" ");
}
