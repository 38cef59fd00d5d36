// weights* functions of engine.h: what the sessions of one network share.
#ifndef SPINEXR_ADDON_WEIGHTS_WRAP_H_
#define SPINEXR_ADDON_WEIGHTS_WRAP_H_

#include <napi.h>

#include <memory>
#include <utility>

#include "addon/engine_wrap.h"

namespace spinexr_addon {

// Sessions hold it too, so that the bytes that V8 was told of go down when the last one is destroyed.
struct WeightsHandle {
  static const napi_type_tag kTag;
  static constexpr const char* kName = "weights";

  WeightsHandle(std::shared_ptr<EngineHandle> owner, spx_weights* created)
      : engine(std::move(owner)), weights(created) {}
  ~WeightsHandle() { engine->face.weights_destroy(weights); }
  WeightsHandle(const WeightsHandle&) = delete;
  WeightsHandle& operator=(const WeightsHandle&) = delete;
  void release(Napi::Env) {}
  // Tells V8 how much is held now; after a session was made or destroyed.
  void account(Napi::Env env);

  const std::shared_ptr<EngineHandle> engine;
  spx_weights* const weights;
  int64_t accounted = 0;
};

void register_weights(Napi::Env env, Napi::Object exports);

}  // namespace spinexr_addon

#endif  // SPINEXR_ADDON_WEIGHTS_WRAP_H_
