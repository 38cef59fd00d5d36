// The Node addon: engine.h as JavaScript functions, and nothing else. Its typing is
// src/backends/native/addon.ts.
#include <napi.h>

#include "addon/cuda_wrap.h"
#include "addon/detection_wrap.h"
#include "addon/engine_wrap.h"
#include "addon/image_wrap.h"
#include "addon/session_wrap.h"

namespace spinexr_addon {

namespace {

Napi::Value abi_version(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), spx_abi_version());
}

Napi::Value isa_list(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), spx_isa_list()); }

Napi::Value cpu_count(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), spx_cpu_count());
}

// Runs once per environment (main thread and each worker thread). There is no state outside handles, so there
// is nothing to keep per environment.
Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("abiVersion", Napi::Function::New(env, abi_version));
  exports.Set("isaList", Napi::Function::New(env, isa_list));
  exports.Set("cpuCount", Napi::Function::New(env, cpu_count));
  register_engine(env, exports);
  register_weights(env, exports);
  register_session(env, exports);
  register_image(env, exports);
  register_detection(env, exports);
  register_cuda(env, exports);
  return exports;
}

NODE_API_MODULE(spinexr, initialize)

}  // namespace

}  // namespace spinexr_addon
