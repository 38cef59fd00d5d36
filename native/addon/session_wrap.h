// session* functions of engine.h: one prepared plan.
#ifndef SPINEXR_ADDON_SESSION_WRAP_H_
#define SPINEXR_ADDON_SESSION_WRAP_H_

#include <napi.h>

#include <memory>

#include "addon/engine_wrap.h"
#include "addon/weights_wrap.h"

namespace spinexr_addon {

// Owns a session and keeps its engine and weights. Lives on the JavaScript thread, apart from `session`
// during a run.
struct SessionHandle {
  static const napi_type_tag kTag;
  static constexpr const char* kName = "session";

  // weights: null for a session that shares nothing.
  SessionHandle(std::shared_ptr<EngineHandle> owner, std::shared_ptr<WeightsHandle> shared,
                spx_session* created);
  ~SessionHandle();
  SessionHandle(const SessionHandle&) = delete;
  SessionHandle& operator=(const SessionHandle&) = delete;
  // Frees the native memory; during a run, when that run has ended. Idempotent.
  void release(Napi::Env env);

  std::shared_ptr<EngineHandle> engine;
  std::shared_ptr<WeightsHandle> weights;
  spx_session* session;
  int64_t accounted = 0;  // bytes that V8 was told of
  bool busy = false;      // a run is under way
  bool destroyed = false;
};

// Copies `values`, typed arrays or tensors on the session's device, to the inputs of a session that is not
// running. False with a pending exception.
bool write_inputs(Napi::Value values, const SessionHandle& session);

void register_session(Napi::Env env, Napi::Object exports);

}  // namespace spinexr_addon

#endif  // SPINEXR_ADDON_SESSION_WRAP_H_
