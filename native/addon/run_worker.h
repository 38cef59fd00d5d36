// The one way work leaves the JavaScript thread: a promise over an N-API async worker.
#ifndef SPINEXR_ADDON_RUN_WORKER_H_
#define SPINEXR_ADDON_RUN_WORKER_H_

#include <napi.h>

#include <memory>
#include <string>
#include <vector>

#include "addon/session_wrap.h"

namespace spinexr_addon {

// call() runs on a libuv thread and touches no JavaScript; result() runs on the JavaScript thread afterwards.
// Objects given to keep() are not collected in between. Deletes itself.
class CoreWorker : public Napi::AsyncWorker {
 public:
  // face: whose functions call() calls. It outlives the worker.
  CoreWorker(Napi::Env env, const char* name, const spx_face& face = kCoreFace);
  // Starts the work; the promise of its end.
  Napi::Value start();
  void keep(Napi::Value value);

 protected:
  virtual int32_t call() = 0;
  // For call(): a status whose sentence is not face's.
  int32_t fail_with(int32_t status, const std::string& message) {
    message_ = message;
    return status;
  }
  virtual Napi::Value result(Napi::Env env);
  // On the JavaScript thread, however call() ended.
  virtual void finished(Napi::Env) {}

 private:
  void Execute() final;
  void OnOK() final;

  const spx_face& face_;
  Napi::Promise::Deferred deferred_;
  Napi::Reference<Napi::Array> kept_;
  int32_t status_ = 0;
  std::string message_;
};

// One run of a session, whose inputs are already in place. Copies the outputs out on the worker's thread.
class RunWorker final : public CoreWorker {
 public:
  RunWorker(Napi::Env env, std::shared_ptr<SessionHandle> session, std::vector<View> outputs, int32_t* counts,
            const volatile int32_t* abort, float* step_ms);

 private:
  int32_t call() override;
  void finished(Napi::Env env) override;

  std::shared_ptr<SessionHandle> session_;
  std::vector<View> outputs_;
  int32_t* counts_;
  const volatile int32_t* abort_;
  float* step_ms_;
};

}  // namespace spinexr_addon

#endif  // SPINEXR_ADDON_RUN_WORKER_H_
