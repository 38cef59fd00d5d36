#include "addon/weights_wrap.h"

namespace spinexr_addon {

const napi_type_tag WeightsHandle::kTag = {0x5d83b1c94e7a4f06, 0x86e2d07c3b19f5a4};

void WeightsHandle::account(Napi::Env env) {
  const int64_t bytes = static_cast<int64_t>(engine->face.weights_bytes(weights));
  Napi::MemoryManagement::AdjustExternalMemory(env, bytes - accounted);
  accounted = bytes;
}

namespace {

// weightsCreate(engine): a handle.
Napi::Value weights_create(const Napi::CallbackInfo& info) {
  auto engine = read_handle<EngineHandle>(info[0]);
  if (!engine) return info.Env().Undefined();
  spx_weights* weights = nullptr;
  const int32_t status = engine->face.weights_create(&weights);
  if (status != 0) {
    make_error(info.Env(), status, engine->face.last_error()).ThrowAsJavaScriptException();
    return info.Env().Undefined();
  }
  return make_handle(info.Env(), std::make_shared<WeightsHandle>(std::move(engine), weights));
}

// weightsDestroy(weights): idempotent; sessions keep what they use.
Napi::Value weights_destroy(const Napi::CallbackInfo& info) {
  if (std::shared_ptr<WeightsHandle>* slot = handle_slot<WeightsHandle>(info[0])) slot->reset();
  return info.Env().Undefined();
}

Napi::Value weights_bytes(const Napi::CallbackInfo& info) {
  const auto weights = read_handle<WeightsHandle>(info[0]);
  if (!weights) return info.Env().Undefined();
  return Napi::Number::New(info.Env(),
                           static_cast<double>(weights->engine->face.weights_bytes(weights->weights)));
}

}  // namespace

void register_weights(Napi::Env env, Napi::Object exports) {
  exports.Set("weightsCreate", Napi::Function::New(env, weights_create));
  exports.Set("weightsDestroy", Napi::Function::New(env, weights_destroy));
  exports.Set("weightsBytes", Napi::Function::New(env, weights_bytes));
}

}  // namespace spinexr_addon
