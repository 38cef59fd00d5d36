// The part of engine.h that runs networks, as a table: the core's own functions, or those of a library that
// does the same on another device. What they do and who may call them when: engine.h.
#ifndef SPINEXR_FACE_H_
#define SPINEXR_FACE_H_

#include "engine.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct spx_face {
  const char* (*last_error)(void);

  void (*engine_destroy)(spx_engine* engine);
  const char* (*engine_isa)(const spx_engine* engine);
  int32_t (*engine_threads)(const spx_engine* engine);

  int32_t (*weights_create)(spx_weights** weights);
  void (*weights_destroy)(spx_weights* weights);
  size_t (*weights_bytes)(spx_weights* weights);

  int32_t (*session_create)(spx_engine* engine, spx_weights* weights, const uint8_t* plan, size_t plan_bytes,
                            const uint8_t* constants, size_t constant_bytes, spx_read read, void* context,
                            spx_session** session);
  void (*session_destroy)(spx_session* session);
  int32_t (*session_input_count)(const spx_session* session);
  int32_t (*session_output_count)(const spx_session* session);
  int32_t (*session_step_count)(const spx_session* session);
  int32_t (*session_input)(spx_session* session, int32_t index, void** data, size_t* bytes);
  int32_t (*session_output)(spx_session* session, int32_t index, void** data, size_t* bytes, int32_t* count);
  int32_t (*session_run)(spx_session* session, const volatile int32_t* abort, float* step_ms);
  size_t (*session_bytes)(const spx_session* session);
} spx_face;

#ifdef __cplusplus
}
#endif

#endif  // SPINEXR_FACE_H_
