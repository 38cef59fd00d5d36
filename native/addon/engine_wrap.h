// engine* functions of engine.h: a thread pool with the kernels of one instruction set, or a GPU
// (cuda_wrap.h).
#ifndef SPINEXR_ADDON_ENGINE_WRAP_H_
#define SPINEXR_ADDON_ENGINE_WRAP_H_

#include <napi.h>

#include "addon/convert.h"
#include "cuda/cuda_api.h"

namespace spinexr_addon {

// Owns an engine. Sessions hold it too: destroying the handle in JavaScript ends the engine with its last
// session.
struct EngineHandle {
  static const napi_type_tag kTag;
  static constexpr const char* kName = "engine";

  // api: of the library that has made the engine; null for the core.
  EngineHandle(const spx_face& functions, spx_engine* created, const spx_cuda_api* api = nullptr)
      : face(functions), cuda(api), engine(created) {}
  ~EngineHandle() { face.engine_destroy(engine); }
  EngineHandle(const EngineHandle&) = delete;
  EngineHandle& operator=(const EngineHandle&) = delete;
  void release(Napi::Env) {}

  const spx_face& face;
  const spx_cuda_api* const cuda;
  spx_engine* const engine;
};

// The core's own functions.
extern const spx_face kCoreFace;

void register_engine(Napi::Env env, Napi::Object exports);

}  // namespace spinexr_addon

#endif  // SPINEXR_ADDON_ENGINE_WRAP_H_
