// cuda* functions: engines on a GPU (cuda/cuda_api.h), whose sessions are those of session_wrap.h; and
// tensors there.
#ifndef SPINEXR_ADDON_CUDA_WRAP_H_
#define SPINEXR_ADDON_CUDA_WRAP_H_

#include <napi.h>

#include <memory>
#include <utility>

#include "addon/engine_wrap.h"
#include "addon/session_wrap.h"
#include "cuda/cuda_api.h"

namespace spinexr_addon {

// A picture made ready on a device, for sessions of its engine.
struct CudaTensorHandle {
  static const napi_type_tag kTag;
  static constexpr const char* kName = "tensor";

  CudaTensorHandle(std::shared_ptr<EngineHandle> owner, spx_cuda_tensor* made)
      : engine(std::move(owner)), tensor(made) {}
  ~CudaTensorHandle() { engine->cuda->tensor_destroy(tensor); }
  CudaTensorHandle(const CudaTensorHandle&) = delete;
  CudaTensorHandle& operator=(const CudaTensorHandle&) = delete;
  void release(Napi::Env) {}

  const std::shared_ptr<EngineHandle> engine;
  spx_cuda_tensor* const tensor;
};

// The tensor behind `value` becomes input `index` of the next run. False with a pending exception.
bool take_tensor(Napi::Value value, const SessionHandle& session, int32_t index);

void register_cuda(Napi::Env env, Napi::Object exports);

}  // namespace spinexr_addon

#endif  // SPINEXR_ADDON_CUDA_WRAP_H_
