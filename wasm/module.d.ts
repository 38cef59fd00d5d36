/**
 * What every module in dist/wasm/ exports: native/engine.h, pointers and sizes as 32-bit numbers (unsigned values
 * above 2^31 arrive negative: apply `>>> 0`). A test compares this list with the header.
 */
export interface CoreExports extends WebAssembly.Exports {
  /** Runs static constructors: once per memory, by the first instance. */
  _initialize(): void;

  spx_abi_version(): number;
  spx_last_error(): number;
  spx_status_code(status: number): number;
  spx_isa_list(): number;
  spx_cpu_count(): number;

  spx_alloc(bytes: number): number;
  spx_free(pointer: number): void;

  spx_engine_create(threads: number, isa: number, engine: number): number;
  spx_engine_destroy(engine: number): void;
  spx_engine_isa(engine: number): number;
  spx_engine_threads(engine: number): number;
  spx_engine_worker_main(engine: number, index: number): number;

  spx_weights_create(weights: number): number;
  spx_weights_destroy(weights: number): void;
  spx_weights_bytes(weights: number): number;

  spx_session_create(
    engine: number,
    weights: number,
    plan: number,
    planBytes: number,
    constants: number,
    constantBytes: number,
    read: number,
    context: number,
    session: number,
  ): number;
  spx_session_destroy(session: number): void;
  spx_session_input_count(session: number): number;
  spx_session_output_count(session: number): number;
  spx_session_step_count(session: number): number;
  spx_session_input(session: number, index: number, data: number, bytes: number): number;
  spx_session_output(session: number, index: number, data: number, bytes: number, count: number): number;
  spx_session_run(session: number, abort: number, stepMs: number): number;
  spx_session_bytes(session: number): number;

  spx_image_display(
    pixels: number,
    sampleType: number,
    height: number,
    width: number,
    bitsStored: number,
    isSigned: number,
    monochrome1: number,
    voi: number,
    display: number,
    conversion: number,
  ): number;
  spx_image_inputs(
    engine: number,
    pixels: number,
    sampleType: number,
    height: number,
    width: number,
    bitsStored: number,
    isSigned: number,
    monochrome1: number,
    voi: number,
    inputs: number,
    inputCount: number,
    conversion: number,
  ): number;
  spx_image_resize(
    engine: number,
    source: number,
    height: number,
    width: number,
    resized: number,
    resizedHeight: number,
    resizedWidth: number,
  ): number;

  spx_boxes_iou(a: number, n: number, b: number, m: number, iou: number): number;
  spx_boxes_anchors(
    sizes: number,
    sizeCount: number,
    ratios: number,
    ratioCount: number,
    stride: number,
    offset: number,
    height: number,
    width: number,
    anchors: number,
  ): number;
  spx_boxes_decode(
    boxes: number,
    deltas: number,
    n: number,
    groups: number,
    weights: number,
    scaleClamp: number,
    decoded: number,
  ): number;
  spx_boxes_encode(boxes: number, targets: number, n: number, weights: number, deltas: number): number;
  spx_boxes_clip(
    boxes: number,
    n: number,
    height: number,
    width: number,
    minSide: number,
    clipped: number,
    kept: number,
    count: number,
  ): number;
  spx_boxes_top_k(
    scores: number,
    n: number,
    k: number,
    scoreThreshold: number,
    kept: number,
    count: number,
  ): number;
  spx_boxes_nms(
    boxes: number,
    scores: number,
    classes: number,
    n: number,
    iouThreshold: number,
    scoreThreshold: number,
    maxSelected: number,
    kept: number,
    count: number,
  ): number;
  spx_boxes_soft_nms(
    boxes: number,
    scores: number,
    classes: number,
    n: number,
    gaussian: number,
    iouThreshold: number,
    sigma: number,
    scoreThreshold: number,
    kept: number,
    keptScores: number,
    count: number,
  ): number;
  spx_boxes_assign_levels(
    boxes: number,
    n: number,
    lowest: number,
    highest: number,
    canonicalSize: number,
    canonicalLevel: number,
    levels: number,
  ): number;
  spx_boxes_roi_align(
    features: number,
    sides: number,
    scales: number,
    levelCount: number,
    channels: number,
    boxes: number,
    levels: number,
    n: number,
    outHeight: number,
    outWidth: number,
    samplingRatio: number,
    aligned: number,
    pooled: number,
  ): number;
}

/** Exports of the threads builds, with which a pool worker sets up its own stack and thread-local storage. */
export interface ThreadExports extends CoreExports {
  readonly __stack_pointer: WebAssembly.Global;
  readonly __tls_size: WebAssembly.Global;
  readonly __tls_align: WebAssembly.Global;
  __wasm_init_tls(pointer: number): void;
}
