// The C face of libspinexr_cuda: the functions of engine.h that concern engines, weights and sessions, over a
// GPU. The addon opens the library (loader.h) and calls it through this table, as it calls the core through
// one of the same form.
#ifndef SPINEXR_CUDA_CUDA_API_H_
#define SPINEXR_CUDA_CUDA_API_H_

#include "face.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SPX_CUDA_VERSION 1
#define SPX_CUDA_ENTRY "spx_cuda_api_get"

typedef struct spx_cuda_device {
  char name[256];
  int32_t major, minor;  // compute capability
  int32_t multiprocessors;
  int32_t driver, runtime, cudnn;  // 13000 is CUDA 13.0; 91002 is cuDNN 9.10.2
  uint64_t bytes;                  // of its memory
  char reason[256];                // why engines cannot use it; "" where they can
} spx_cuda_device;

typedef struct spx_cuda_options {
  int32_t device;
  int32_t allow_tf32;        // float products on tensor cores with 10 bits of fraction
  int32_t deterministic;     // the same bits from run to run and from load to load
  uint64_t workspace_limit;  // bytes that one library call may want
} spx_cuda_options;

// A tensor on the device: an input of sessions of the engine that made it.
typedef struct spx_cuda_tensor spx_cuda_tensor;

typedef struct spx_cuda_api {
  int32_t version;  // SPX_CUDA_VERSION
  spx_face face;
  // Fails with ISA_UNAVAILABLE and the exact reason: no driver, one that is too old, no device, no cuDNN.
  int32_t (*device_count)(int32_t* count);
  int32_t (*device)(int32_t index, spx_cuda_device* device);
  int32_t (*engine_create)(const spx_cuda_options* options, spx_engine** engine);
  // As spx_image_inputs of engine.h (inputs' `tensor` is not used): one tensor on the device for each input.
  int32_t (*image_inputs)(spx_engine* engine, const void* pixels, int32_t sample_type, int32_t height,
                          int32_t width, int32_t bits_stored, int32_t is_signed, int32_t monochrome1,
                          const spx_voi* voi, const spx_image_input* inputs, int32_t input_count,
                          spx_cuda_tensor** tensors, int32_t* conversion);
  // After the engine, too.
  void (*tensor_destroy)(spx_cuda_tensor* tensor);
  // For the next run alone, in place of what lies where session_input says. Its bytes must be the port's.
  int32_t (*session_take)(spx_session* session, int32_t index, const spx_cuda_tensor* tensor);
  // Runs the plan `runs` times (1 to 65536) one behind another on what lies where session_input says, and
  // writes the milliseconds of each between two events of the device: inputs copied there, steps, outputs
  // copied back.
  int32_t (*session_time)(spx_session* session, int32_t runs, float* ms);
} spx_cuda_api;

// The library's only symbol. Null where it does not know the version.
typedef const spx_cuda_api* (*spx_cuda_entry)(int32_t version);

#ifdef __cplusplus
}
#endif

#endif  // SPINEXR_CUDA_CUDA_API_H_
