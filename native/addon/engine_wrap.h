// engine* functions of engine.h: a thread pool with the kernels of one instruction set.
#ifndef SPINEXR_ADDON_ENGINE_WRAP_H_
#define SPINEXR_ADDON_ENGINE_WRAP_H_

#include <napi.h>

#include "addon/convert.h"

namespace spinexr_addon {

// Owns an engine. Sessions hold it too: destroying the handle in JavaScript ends the engine with its last
// session.
struct EngineHandle {
  static const napi_type_tag kTag;
  static constexpr const char* kName = "engine";

  explicit EngineHandle(spx_engine* created) : engine(created) {}
  ~EngineHandle() { spx_engine_destroy(engine); }
  EngineHandle(const EngineHandle&) = delete;
  EngineHandle& operator=(const EngineHandle&) = delete;
  void release(Napi::Env) {}

  spx_engine* const engine;
};

void register_engine(Napi::Env env, Napi::Object exports);

}  // namespace spinexr_addon

#endif  // SPINEXR_ADDON_ENGINE_WRAP_H_
