/** Where the codecs' WebAssembly lies: beside the bundle. Literal addresses, for which bundlers look. */

const FILES: Readonly<Record<string, () => URL>> = {
  "charlswasm_decode.wasm": () => new URL("./codecs/charlswasm_decode.wasm", import.meta.url),
  "libjpegturbowasm_decode.wasm": () => new URL("./codecs/libjpegturbowasm_decode.wasm", import.meta.url),
  "openjpegwasm_decode.wasm": () => new URL("./codecs/openjpegwasm_decode.wasm", import.meta.url),
  "openjphjs.wasm": () => new URL("./codecs/openjphjs.wasm", import.meta.url),
};

export const CODEC_OPTIONS: { readonly locateFile?: (name: string) => string } = {
  locateFile: (name) => FILES[name]?.().href ?? name,
};
