#include "addon/engine_wrap.h"

namespace spinexr_addon {

const napi_type_tag EngineHandle::kTag = {0x7c0b4be0a6f14c53, 0x9d6a1f0e5b2c4a71};

const spx_face kCoreFace = {
    spx_last_error,      spx_engine_destroy,      spx_engine_isa,           spx_engine_threads,
    spx_weights_create,  spx_weights_destroy,     spx_weights_bytes,        spx_session_create,
    spx_session_destroy, spx_session_input_count, spx_session_output_count, spx_session_step_count,
    spx_session_input,   spx_session_output,      spx_session_run,          spx_session_bytes,
};

namespace {

// engineCreate(threads, isa): a handle. isa "": the best. Throws BACKEND_UNAVAILABLE and others.
Napi::Value engine_create(const Napi::CallbackInfo& info) {
  int32_t threads = 0;
  if (!read_int32(info[0], "threads", 1, 1024, &threads)) return info.Env().Undefined();
  if (!info[1].IsString()) return throw_invalid(info.Env(), "Argument \"isa\": expected a string.");
  const std::string isa = info[1].As<Napi::String>();
  spx_engine* engine = nullptr;
  const int32_t status = spx_engine_create(threads, isa.c_str(), &engine);
  if (status != 0) {
    make_error(info.Env(), status, spx_last_error()).ThrowAsJavaScriptException();
    return info.Env().Undefined();
  }
  return make_handle(info.Env(), std::make_shared<EngineHandle>(kCoreFace, engine));
}

// engineDestroy(engine): idempotent.
Napi::Value engine_destroy(const Napi::CallbackInfo& info) {
  if (std::shared_ptr<EngineHandle>* slot = handle_slot<EngineHandle>(info[0])) slot->reset();
  return info.Env().Undefined();
}

Napi::Value engine_isa(const Napi::CallbackInfo& info) {
  const auto engine = read_handle<EngineHandle>(info[0]);
  if (!engine) return info.Env().Undefined();
  return Napi::String::New(info.Env(), engine->face.engine_isa(engine->engine));
}

Napi::Value engine_threads(const Napi::CallbackInfo& info) {
  const auto engine = read_handle<EngineHandle>(info[0]);
  if (!engine) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), engine->face.engine_threads(engine->engine));
}

}  // namespace

void register_engine(Napi::Env env, Napi::Object exports) {
  exports.Set("engineCreate", Napi::Function::New(env, engine_create));
  exports.Set("engineDestroy", Napi::Function::New(env, engine_destroy));
  exports.Set("engineIsa", Napi::Function::New(env, engine_isa));
  exports.Set("engineThreads", Napi::Function::New(env, engine_threads));
}

}  // namespace spinexr_addon
