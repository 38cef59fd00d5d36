#include "addon/cuda_wrap.h"

#include <algorithm>
#include <string>
#include <vector>

#include "addon/run_worker.h"
#include "cuda/loader.h"

namespace spinexr_addon {

const napi_type_tag CudaTensorHandle::kTag = {0x3f1b86d20c9e4a75, 0x94ad57e01b6c8f23};

bool take_tensor(Napi::Value value, const SessionHandle& session, int32_t index) {
  const auto tensor = read_handle<CudaTensorHandle>(value);
  if (!tensor) return false;
  if (tensor->engine != session.engine) {
    throw_invalid(value.Env(), "Expected a tensor that the engine of the session has made.");
    return false;
  }
  const spx_cuda_api& api = *session.engine->cuda;
  const int32_t status = api.session_take(session.session, index, tensor->tensor);
  if (status == 0) return true;
  make_error(value.Env(), status, api.face.last_error()).ThrowAsJavaScriptException();
  return false;
}

namespace {

// The status that stands for BACKEND_UNAVAILABLE (base/status.inc).
constexpr int32_t kUnavailable = 5;

// Opening the library and starting CUDA takes up to seconds: not on the JavaScript thread.
class DevicesWorker final : public CoreWorker {
 public:
  DevicesWorker(Napi::Env env, std::string path) : CoreWorker(env, "spinexr.cuda"), path_(std::move(path)) {}

 private:
  int32_t call() override {
    const spx_cuda_api* const api = spinexr::cuda::load(path_, &reason_);
    if (api == nullptr) return 0;
    int32_t count = 0;
    int32_t status = api->device_count(&count);
    for (int32_t i = 0; i < count && status == 0; i++) {
      spx_cuda_device device;
      status = api->device(i, &device);
      if (status == 0) devices_.push_back(device);
    }
    if (status != 0) {
      reason_ = api->face.last_error();
      devices_.clear();
    }
    return 0;
  }
  Napi::Value result(Napi::Env env) override {
    Napi::Array devices = Napi::Array::New(env);
    for (const spx_cuda_device& device : devices_) {
      Napi::Object item = Napi::Object::New(env);
      item.Set("name", device.name);
      item.Set("major", device.major);
      item.Set("minor", device.minor);
      item.Set("multiprocessors", device.multiprocessors);
      item.Set("driver", device.driver);
      item.Set("runtime", device.runtime);
      item.Set("cudnn", device.cudnn);
      item.Set("reason", device.reason);
      item.Set("bytes", static_cast<double>(device.bytes));
      devices.Set(devices.Length(), item);
    }
    Napi::Object found = Napi::Object::New(env);
    found.Set("reason", reason_);
    found.Set("devices", devices);
    return found;
  }

  const std::string path_;
  std::string reason_;
  std::vector<spx_cuda_device> devices_;
};

// cudaDevices(path): a promise of { reason, devices }; reason "" where there are some.
Napi::Value cuda_devices(const Napi::CallbackInfo& info) {
  if (!info[0].IsString()) return throw_invalid(info.Env(), "Argument \"path\": expected a string.");
  return (new DevicesWorker(info.Env(), info[0].As<Napi::String>().Utf8Value()))->start();
}

class EngineWorker final : public CoreWorker {
 public:
  EngineWorker(Napi::Env env, std::string path, const spx_cuda_options& options)
      : CoreWorker(env, "spinexr.cuda"), path_(std::move(path)), options_(options) {}

 private:
  int32_t call() override {
    std::string reason;
    const spx_cuda_api* const api = spinexr::cuda::load(path_, &reason);
    if (api == nullptr) return fail_with(kUnavailable, reason);
    spx_engine* engine = nullptr;
    const int32_t status = api->engine_create(&options_, &engine);
    if (status != 0) return fail_with(status, api->face.last_error());
    handle_ = std::make_shared<EngineHandle>(api->face, engine, api);
    return 0;
  }
  Napi::Value result(Napi::Env env) override { return make_handle(env, std::move(handle_)); }

  const std::string path_;
  const spx_cuda_options options_;
  std::shared_ptr<EngineHandle> handle_;
};

// cudaEngineCreate(path, device, allowTf32, deterministic, workspaceLimit): a promise of an engine's handle.
Napi::Value cuda_engine_create(const Napi::CallbackInfo& info) {
  spx_cuda_options options = {};
  int64_t limit = 0;
  if (!info[0].IsString()) return throw_invalid(info.Env(), "Argument \"path\": expected a string.");
  if (!read_int32(info[1], "device", 0, 1023, &options.device) ||
      !read_int32(info[2], "allowTf32", 0, 1, &options.allow_tf32) ||
      !read_int32(info[3], "deterministic", 0, 1, &options.deterministic) ||
      !read_integer(info[4], "workspaceLimit", 0, int64_t{1} << 40, &limit)) {
    return info.Env().Undefined();
  }
  options.workspace_limit = static_cast<uint64_t>(limit);
  return (new EngineWorker(info.Env(), info[0].As<Napi::String>().Utf8Value(), options))->start();
}

// cudaTensorDestroy(tensor): idempotent; a run that reads it ends first.
Napi::Value cuda_tensor_destroy(const Napi::CallbackInfo& info) {
  if (std::shared_ptr<CudaTensorHandle>* slot = handle_slot<CudaTensorHandle>(info[0])) slot->reset();
  return info.Env().Undefined();
}

class TimeWorker final : public CoreWorker {
 public:
  TimeWorker(Napi::Env env, std::shared_ptr<SessionHandle> session, int32_t runs)
      : CoreWorker(env, "spinexr.cuda", session->engine->face),
        session_(std::move(session)),
        ms_(static_cast<size_t>(runs)) {
    session_->busy = true;
  }

 private:
  int32_t call() override {
    return session_->engine->cuda->session_time(session_->session, static_cast<int32_t>(ms_.size()),
                                                ms_.data());
  }
  Napi::Value result(Napi::Env env) override {
    Napi::Float32Array times = Napi::Float32Array::New(env, ms_.size());
    std::copy(ms_.begin(), ms_.end(), times.Data());
    return times;
  }
  void finished(Napi::Env env) override {
    session_->busy = false;
    if (session_->destroyed) session_->release(env);
    session_.reset();
  }

  std::shared_ptr<SessionHandle> session_;
  std::vector<float> ms_;
};

// cudaSessionTime(session, inputs, runs): a promise of the milliseconds of each run, by the device.
Napi::Value cuda_session_time(const Napi::CallbackInfo& info) {
  const auto session = read_handle<SessionHandle>(info[0]);
  int32_t runs = 0;
  if (!session || !read_int32(info[2], "runs", 1, 65536, &runs)) return info.Env().Undefined();
  if (session->engine->cuda == nullptr)
    return throw_invalid(info.Env(), "Expected a session of an engine on a GPU.");
  if (!write_inputs(info[1], *session)) return info.Env().Undefined();
  return (new TimeWorker(info.Env(), session, runs))->start();
}

}  // namespace

void register_cuda(Napi::Env env, Napi::Object exports) {
  exports.Set("cudaDevices", Napi::Function::New(env, cuda_devices));
  exports.Set("cudaEngineCreate", Napi::Function::New(env, cuda_engine_create));
  exports.Set("cudaSessionTime", Napi::Function::New(env, cuda_session_time));
  exports.Set("cudaTensorDestroy", Napi::Function::New(env, cuda_tensor_destroy));
}

}  // namespace spinexr_addon
