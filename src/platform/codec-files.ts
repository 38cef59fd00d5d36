/** Where the codecs' WebAssembly lies. */

/** Nothing: in Node each library finds its own beside its script. */
export const CODEC_OPTIONS: { readonly locateFile?: (name: string) => string } = {};
