// The whole C face of the core. The N-API addon and the WebAssembly exports translate these functions and add
// nothing. No exceptions, RTTI, ONNX or JavaScript on this side.
//
// Every function that can fail returns a status (base/status.inc); spx_last_error() then gives the sentence.
// Handles are opaque. An engine owns a thread pool and the kernel table of one ISA; sessions of one engine
// run one at a time (a second run waits). Creation and destruction are not thread-safe against a run of the
// same session; those of other sessions are, even where they share weights.
#ifndef SPINEXR_ENGINE_H_
#define SPINEXR_ENGINE_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SPX_ABI_VERSION 5

typedef struct spx_engine spx_engine;
typedef struct spx_session spx_session;
typedef struct spx_weights spx_weights;

// --- about
// -----------------------------------------------------------------------------------------------------
int32_t spx_abi_version(void);
// Sentence of the last failure on this thread (the whole module in WebAssembly); never null.
const char* spx_last_error(void);
// "BACKEND_UNAVAILABLE" and so on for a status; "" for 0.
const char* spx_status_code(int32_t status);
// Space-separated names of the kernel sets that this build has AND this processor can run, best first, e.g.
// "avx512 avx2 reference".
const char* spx_isa_list(void);
// Processors this process may use: affinity mask and cgroup quota considered; 1 in WebAssembly.
int32_t spx_cpu_count(void);

// --- memory (for hosts that cannot pass pointers of their own: WebAssembly)
// ----------------------------------
void* spx_alloc(size_t bytes);  // 64-byte aligned, null when out of memory
void spx_free(void* pointer);

// --- engine
// -------------------------------------------------------------------------------------------------- isa: a
// name of spx_isa_list(), or null/"" for the best. threads >= 1 counts the caller.
int32_t spx_engine_create(int32_t threads, const char* isa, spx_engine** engine);
void spx_engine_destroy(spx_engine* engine);
const char* spx_engine_isa(const spx_engine* engine);
int32_t spx_engine_threads(const spx_engine* engine);
// WebAssembly only: a worker that shares the memory calls this and returns when the engine is destroyed.
// index is 1 .. threads-1. Elsewhere it fails with UNSUPPORTED.
int32_t spx_engine_worker_main(spx_engine* engine, int32_t index);

// --- weights
// ------------------------------------------------------------------------------------------------- What the
// sessions of one network share: its constants in the forms that steps read (packed for a kernel, or as they
// are), each made once; and one arena with scratch, as large as the largest of them needs. It starts empty
// and only finds; the sessions hold what they use, so it may be destroyed before or after them. Usable from
// several threads, but its destruction excludes other calls with it, and nothing else may use its sessions,
// nor create one, from the first spx_session_input of a run to the last read of its outputs.
int32_t spx_weights_create(spx_weights** weights);
void spx_weights_destroy(spx_weights* weights);
// Bytes held by all sessions together: each form counted once, the arena and scratch.
size_t spx_weights_bytes(spx_weights* weights);

// Copies `bytes` bytes from `offset` of a plan's constants to `target`; 0, or the number of a status.
typedef int32_t (*spx_read)(void* context, size_t offset, size_t bytes, void* target);

// --- session
// ------------------------------------------------------------------------------------------------- Reads the
// plan (native/plan/plan.h; untrusted), prepacks weights, allocates the arena. `constants` is only read
// during the call; null where `read` gives it piece by piece, during the call and on its thread. weights:
// shared with other sessions of the same network, or null. Constants that the plan gives a key are found
// there or put there; equal keys must stand for equal bytes. Status 0 and *session null: the plan leaves out
// a constant (storage "shared") that `weights` does not have in the form that it needs; try again with all
// constants. Fails without leaving anything behind.
int32_t spx_session_create(spx_engine* engine, spx_weights* weights, const uint8_t* plan, size_t plan_bytes,
                           const uint8_t* constants, size_t constant_bytes, spx_read read, void* context,
                           spx_session** session);
void spx_session_destroy(spx_session* session);
int32_t spx_session_input_count(const spx_session* session);
int32_t spx_session_output_count(const spx_session* session);
int32_t spx_session_step_count(const spx_session* session);
// Where port `index` lies (write inputs before, read outputs after a run; inputs may be overwritten by a
// run). bytes: its capacity. count (may be null): for an output with a count tensor the valid length of
// dims[0], else -1. Addresses hold for one run. OUT_OF_MEMORY where a shared arena has to be made anew and
// cannot.
int32_t spx_session_input(spx_session* session, int32_t index, void** data, size_t* bytes);
int32_t spx_session_output(spx_session* session, int32_t index, void** data, size_t* bytes, int32_t* count);
// Runs all steps. *abort (may be null) is read between steps: non-zero ends the run with ABORTED.
// step_ms (may be null): step_count floats, milliseconds of each step.
int32_t spx_session_run(spx_session* session, const volatile int32_t* abort, float* step_ms);
// Bytes held by this session alone: weights, arena and scratch as far as they are not shared.
size_t spx_session_bytes(const spx_session* session);

// --- pixels (native/image/, bit for bit the reference conversion)
// ---------------------------------------------
typedef struct spx_voi {
  int32_t kind;          // 0 none, 1 window, 2 LUT
  int32_t function;      // window: 0 LINEAR, 1 LINEAR_EXACT, 2 SIGMOID, 3 unknown (takes the fallback)
  double center, width;  // window
  double rescale_slope, rescale_intercept;
  int32_t has_rescale;  // both RescaleSlope and RescaleIntercept are present
  int32_t lut_first;    // first mapped value
  int32_t lut_entries;  // 1 .. 65536
  int32_t lut_bits;     // bit depth of the LUT's descriptor
  const uint16_t* lut;
} spx_voi;

// pixels: height * width samples, sample_type 0 u8, 1 i8, 2 u16, 3 i16, 4 i32. Writes height * width bytes to
// display. monochrome1: invert. *conversion: 0 the VOI path, 1 the fallback (scale, invert, equalise), taken
// when the VOI path fails as the reference's does.
int32_t spx_image_display(const void* pixels, int32_t sample_type, int32_t height, int32_t width,
                          int32_t bits_stored, int32_t is_signed, int32_t monochrome1, const spx_voi* voi,
                          uint8_t* display, int32_t* conversion);
// What one network is shown: the picture resized to height * width, then (grey - mean[c]) / std[c] in
// float32, zeros to the right and below. tensor: f32 [3, padded_height, padded_width].
typedef struct spx_image_input {
  int32_t height, width;
  int32_t padded_height, padded_width;  // at least height and width
  float mean[3], std[3];
  float* tensor;
} spx_image_input;

// All inputs (1 to 64) from one reading of the picture, as spx_image_display, spx_image_resize and
// normalisation would make them. voi null: the samples (u8) are grey levels as they are; *conversion is then
// 2. On the engine's threads unless a session runs, then on the caller's; the result is the same.
int32_t spx_image_inputs(spx_engine* engine, const void* pixels, int32_t sample_type, int32_t height,
                         int32_t width, int32_t bits_stored, int32_t is_signed, int32_t monochrome1,
                         const spx_voi* voi, const spx_image_input* inputs, int32_t input_count,
                         int32_t* conversion);
// Pillow's BILINEAR on 8-bit grey: antialiased when shrinking, 22-bit fixed point. Threads as above.
int32_t spx_image_resize(spx_engine* engine, const uint8_t* source, int32_t height, int32_t width,
                         uint8_t* resized, int32_t resized_height, int32_t resized_width);

// --- boxes (native/detection/, whose headers give formulas, ties and what NaN does)
// ---------------------------------------------
// Boxes are corners x0, y0, x1, y1. The caller answers for the lengths of arrays; counts and ranges are
// checked. kept: room for n, of which *count are written.
int32_t spx_boxes_iou(const float* a, int32_t n, const float* b, int32_t m, float* iou);
int32_t spx_boxes_anchors(const double* sizes, int32_t size_count, const double* ratios, int32_t ratio_count,
                          double stride, double offset, int32_t height, int32_t width, float* anchors);
// deltas and decoded: n * groups boxes. weights: four.
int32_t spx_boxes_decode(const float* boxes, const float* deltas, int32_t n, int32_t groups,
                         const float* weights, float scale_clamp, float* decoded);
int32_t spx_boxes_encode(const float* boxes, const float* targets, int32_t n, const float* weights,
                         float* deltas);
int32_t spx_boxes_clip(const float* boxes, int32_t n, float height, float width, float min_side,
                       float* clipped, int32_t* kept, int32_t* count);
int32_t spx_boxes_top_k(const float* scores, int32_t n, int32_t k, float score_threshold, int32_t* kept,
                        int32_t* count);
// classes: n, or null for one class.
int32_t spx_boxes_nms(const float* boxes, const float* scores, const int32_t* classes, int32_t n,
                      double iou_threshold, float score_threshold, int32_t max_selected, int32_t* kept,
                      int32_t* count);
int32_t spx_boxes_soft_nms(const float* boxes, const float* scores, const int32_t* classes, int32_t n,
                           int32_t gaussian, double iou_threshold, float sigma, float score_threshold,
                           int32_t* kept, float* kept_scores, int32_t* count);
int32_t spx_boxes_assign_levels(const float* boxes, int32_t n, int32_t lowest, int32_t highest,
                                float canonical_size, int32_t canonical_level, int32_t* levels);
// features: level_count maps one after the other, each height * width * channels; sides: height and width of
// each; scales: of each. levels: n numbers of maps, or null where there is one map. pooled: n * out_height *
// out_width * channels.
int32_t spx_boxes_roi_align(const float* features, const int32_t* sides, const float* scales,
                            int32_t level_count, int32_t channels, const float* boxes, const int32_t* levels,
                            int32_t n, int32_t out_height, int32_t out_width, int32_t sampling_ratio,
                            int32_t aligned, float* pooled);

#ifdef __cplusplus
}
#endif

#endif  // SPINEXR_ENGINE_H_
