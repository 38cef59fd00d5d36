/** The parts of the Emscripten codec modules that are used. They ship no types. */
interface FrameInfo {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
  readonly isSigned?: boolean;
}

interface CodecInstance {
  /** Views into the module's memory, valid until the next call. */
  getEncodedBuffer(bytes: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  getFrameInfo(): FrameInfo;
  /** CharLS only: 0 is plane by plane. */
  getInterleaveMode?(): number;
  delete(): void;
}

interface EncoderInstance {
  /** Where the samples go that `encode` reads; a view of the module's memory. */
  getDecodedBuffer(frame: {
    width: number;
    height: number;
    bitsPerSample: number;
    componentCount: number;
  }): Uint8Array;
  /** Largest error of a sample; 0 is lossless. */
  setNearLossless(error: number): void;
  encode(): void;
  /** A view of the module's memory, as `getDecodedBuffer`. */
  getEncodedBuffer(): Uint8Array;
  delete(): void;
}

interface CodecModule {
  readonly JpegLSDecoder: new () => CodecInstance;
  readonly JPEGDecoder: new () => CodecInstance;
  readonly J2KDecoder: new () => CodecInstance;
  readonly HTJ2KDecoder: new () => CodecInstance;
  /** Text of a C++ exception, which arrives as a number. */
  getExceptionMessage?(pointer: number): string | string[];
}

interface ModuleOptions {
  readonly print?: (line: string) => void;
  readonly printErr?: (line: string) => void;
  /** Where a file of the library is; default: beside its script. */
  readonly locateFile?: (name: string) => string;
}

type ModuleFactory = (options: ModuleOptions) => Promise<CodecModule>;

declare module "@cornerstonejs/codec-charls/decodewasmjs" {
  const factory: ModuleFactory;
  export default factory;
}
declare module "@cornerstonejs/codec-charls/wasmjs" {
  const factory: (options: ModuleOptions) => Promise<{ readonly JpegLSEncoder: new () => EncoderInstance }>;
  export default factory;
}
declare module "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs" {
  const factory: ModuleFactory;
  export default factory;
}
declare module "@cornerstonejs/codec-openjpeg/decodewasmjs" {
  const factory: ModuleFactory;
  export default factory;
}
declare module "@cornerstonejs/codec-openjph/wasmjs" {
  const factory: ModuleFactory;
  export default factory;
}
