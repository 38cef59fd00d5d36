#include "addon/run_worker.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace spinexr_addon {
namespace {

// False while a worker thread is being ended: it waits for work that has begun, but whatever touches
// JavaScript fails then, and an error about that would end the process.
bool runs_javascript(Napi::Env env) {
  napi_value global;
  bool found;
  return napi_get_global(env, &global) == napi_ok &&
         napi_has_named_property(env, global, "undefined", &found) == napi_ok;
}

}  // namespace

CoreWorker::CoreWorker(Napi::Env env, const char* name, const spx_face& face)
    : Napi::AsyncWorker(env, name),
      face_(face),
      deferred_(env),
      kept_(Napi::Persistent(Napi::Array::New(env))) {}

Napi::Value CoreWorker::start() {
  Napi::Promise promise = deferred_.Promise();
  Queue();
  return promise;
}

void CoreWorker::keep(Napi::Value value) {
  Napi::Array kept = kept_.Value();
  kept.Set(kept.Length(), value);
}

Napi::Value CoreWorker::result(Napi::Env env) { return env.Undefined(); }

void CoreWorker::Execute() {
  status_ = call();
  if (status_ != 0 && message_.empty())
    message_ = face_.last_error();  // per thread: it must be read on this one
}

void CoreWorker::OnOK() {
  Napi::Env env = Env();
  finished(env);
  if (!runs_javascript(env)) return;
  if (status_ == 0) {
    Napi::Value value = result(env);
    if (!env.IsExceptionPending()) deferred_.Resolve(value);
  } else {
    deferred_.Reject(make_error(env, status_, message_).Value());
  }
}

RunWorker::RunWorker(Napi::Env env, std::shared_ptr<SessionHandle> session, std::vector<View> outputs,
                     int32_t* counts, const volatile int32_t* abort, float* step_ms)
    : CoreWorker(env, "spinexr.run", session->engine->face),
      session_(std::move(session)),
      outputs_(std::move(outputs)),
      counts_(counts),
      abort_(abort),
      step_ms_(step_ms) {
  session_->busy = true;
}

int32_t RunWorker::call() {
  const spx_face& face = session_->engine->face;
  int32_t status = face.session_run(session_->session, abort_, step_ms_);
  for (size_t i = 0; status == 0 && i < outputs_.size(); i++) {
    void* data = nullptr;
    size_t bytes = 0;
    status = face.session_output(session_->session, static_cast<int32_t>(i), &data, &bytes, &counts_[i]);
    if (status == 0) std::memcpy(outputs_[i].data, data, std::min(bytes, outputs_[i].bytes));
  }
  return status;
}

void RunWorker::finished(Napi::Env env) {
  session_->busy = false;
  if (session_->destroyed) session_->release(env);
  session_.reset();
}

}  // namespace spinexr_addon
