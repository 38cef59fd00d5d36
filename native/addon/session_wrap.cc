#include "addon/session_wrap.h"

#include <cstring>
#include <utility>
#include <vector>

#include "addon/constants.h"
#include "addon/cuda_wrap.h"
#include "addon/run_worker.h"

namespace spinexr_addon {

const napi_type_tag SessionHandle::kTag = {0x21c4f7a95de840b6, 0xb03e6c8812d94f5a};

SessionHandle::SessionHandle(std::shared_ptr<EngineHandle> owner, std::shared_ptr<WeightsHandle> shared,
                             spx_session* created)
    : engine(std::move(owner)), weights(std::move(shared)), session(created) {}

SessionHandle::~SessionHandle() {
  if (session != nullptr) engine->face.session_destroy(session);
}

void SessionHandle::release(Napi::Env env) {
  destroyed = true;
  if (busy || session == nullptr) return;
  engine->face.session_destroy(session);
  session = nullptr;
  engine.reset();
  Napi::MemoryManagement::AdjustExternalMemory(env, -accounted);
  accounted = 0;
  if (weights) weights->account(env);
  weights.reset();
}

namespace {

bool write_input(Napi::Env env, const SessionHandle& handle, int32_t index, const View& view) {
  const spx_face& face = handle.engine->face;
  void* data = nullptr;
  size_t bytes = 0;
  const int32_t status = face.session_input(handle.session, index, &data, &bytes);
  if (status != 0) {
    make_error(env, status, face.last_error()).ThrowAsJavaScriptException();
    return false;
  }
  if (bytes != view.bytes) {
    throw_invalid(env, "Input " + std::to_string(index) + ": expected " + std::to_string(bytes) +
                           " bytes, found " + std::to_string(view.bytes) + ".");
    return false;
  }
  if (bytes > 0) std::memcpy(data, view.data, bytes);
  return true;
}

}  // namespace

bool write_inputs(Napi::Value values, const SessionHandle& session) {
  const Napi::Env env = values.Env();
  if (session.busy) {
    throw_invalid(env, "The session is running; wait for that run's end.");
    return false;
  }
  const int32_t count = session.engine->face.session_input_count(session.session);
  if (!values.IsArray() || values.As<Napi::Array>().Length() != static_cast<uint32_t>(count)) {
    throw_invalid(env, "Expected an array of " + std::to_string(count) + " inputs.");
    return false;
  }
  for (int32_t i = 0; i < count; i++) {
    Napi::HandleScope scope(env);
    const Napi::Value value = values.As<Napi::Array>().Get(static_cast<uint32_t>(i));
    View view;
    if (value.IsExternal() ? !take_tensor(value, session, i)
                           : !read_view(value, "inputs[]", &view) || !write_input(env, session, i, view)) {
      return false;
    }
  }
  return true;
}

namespace {

constexpr int64_t kMaxBytes = int64_t{1} << 46;

class CreateWorker final : public CoreWorker {
 public:
  CreateWorker(Napi::Env env, std::shared_ptr<EngineHandle> engine, std::shared_ptr<WeightsHandle> weights,
               std::unique_ptr<Block> plan, std::unique_ptr<Constants> constants)
      : CoreWorker(env, "spinexr.create", engine->face),
        engine_(std::move(engine)),
        weights_(std::move(weights)),
        plan_(std::move(plan)),
        constants_(std::move(constants)) {}

 private:
  int32_t call() override {
    spx_session* session = nullptr;
    const int32_t status = engine_->face.session_create(
        engine_->engine, weights_ ? weights_->weights : nullptr, plan_->data, plan_->size, nullptr,
        constants_->size(), &Constants::read, constants_.get(), &session);
    plan_.reset();
    constants_.reset();
    if (session != nullptr) handle_ = std::make_shared<SessionHandle>(engine_, weights_, session);
    return status;
  }

  Napi::Value result(Napi::Env env) override {
    if (!handle_) return env.Null();
    if (weights_) weights_->account(env);
    handle_->accounted = static_cast<int64_t>(engine_->face.session_bytes(handle_->session));
    Napi::MemoryManagement::AdjustExternalMemory(env, handle_->accounted);
    return make_handle(env, std::move(handle_));
  }

  std::shared_ptr<EngineHandle> engine_;
  std::shared_ptr<WeightsHandle> weights_;
  std::unique_ptr<Block> plan_;
  std::unique_ptr<Constants> constants_;
  std::shared_ptr<SessionHandle> handle_;
};

// sessionCreate(engine, weights, plan, constantBytes, parts): a promise of a handle, or of null where weights
// (null: none) lack a constant that the plan leaves out. parts: see Constants::from.
Napi::Value session_create(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto engine = read_handle<EngineHandle>(info[0]);
  if (!engine) return env.Undefined();
  std::shared_ptr<WeightsHandle> weights;
  if (!info[1].IsNull()) {
    weights = read_handle<WeightsHandle>(info[1]);
    if (!weights) return env.Undefined();
    if (weights->engine != engine) return throw_invalid(env, "Expected weights of the same engine.");
  }
  View plan;
  int64_t constant_bytes = 0;
  if (!read_view(info[2], "plan", &plan) ||
      !read_integer(info[3], "constantBytes", 0, kMaxBytes, &constant_bytes)) {
    return env.Undefined();
  }
  auto plan_block = std::make_unique<Block>(plan.bytes);
  if (plan_block->data == nullptr) {
    make_error(env, 3, "The system has no memory for the network's plan; close other programs.")
        .ThrowAsJavaScriptException();
    return env.Undefined();
  }
  std::memcpy(plan_block->data, plan.data, plan.bytes);
  auto constants = Constants::from(env, info[4], static_cast<size_t>(constant_bytes));
  if (!constants) return env.Undefined();
  auto* worker = new CreateWorker(env, std::move(engine), std::move(weights), std::move(plan_block),
                                  std::move(constants));
  return worker->start();
}

// sessionDestroy(session): idempotent; a run under way ends first.
Napi::Value session_destroy(const Napi::CallbackInfo& info) {
  std::shared_ptr<SessionHandle>* slot = handle_slot<SessionHandle>(info[0]);
  if (slot != nullptr && *slot) {
    (*slot)->release(info.Env());
    slot->reset();
  }
  return info.Env().Undefined();
}

Napi::Value session_input_count(const Napi::CallbackInfo& info) {
  const auto session = read_handle<SessionHandle>(info[0]);
  if (!session) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), session->engine->face.session_input_count(session->session));
}

Napi::Value session_output_count(const Napi::CallbackInfo& info) {
  const auto session = read_handle<SessionHandle>(info[0]);
  if (!session) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), session->engine->face.session_output_count(session->session));
}

Napi::Value session_step_count(const Napi::CallbackInfo& info) {
  const auto session = read_handle<SessionHandle>(info[0]);
  if (!session) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), session->engine->face.session_step_count(session->session));
}

Napi::Value session_bytes(const Napi::CallbackInfo& info) {
  const auto session = read_handle<SessionHandle>(info[0]);
  if (!session) return info.Env().Undefined();
  return Napi::Number::New(info.Env(),
                           static_cast<double>(session->engine->face.session_bytes(session->session)));
}

// sessionInput(session, index) and sessionOutput(session, index): the port's capacity in bytes.
Napi::Value port_bytes(const Napi::CallbackInfo& info, bool output) {
  const auto session = read_handle<SessionHandle>(info[0]);
  int32_t index = 0;
  if (!session || !read_int32(info[1], "index", 0, INT32_MAX, &index)) return info.Env().Undefined();
  void* data = nullptr;
  size_t bytes = 0;
  const spx_face& face = session->engine->face;
  const int32_t status = output ? face.session_output(session->session, index, &data, &bytes, nullptr)
                                : face.session_input(session->session, index, &data, &bytes);
  if (status != 0) {
    make_error(info.Env(), status, face.last_error()).ThrowAsJavaScriptException();
    return info.Env().Undefined();
  }
  return Napi::Number::New(info.Env(), static_cast<double>(bytes));
}

Napi::Value session_input(const Napi::CallbackInfo& info) { return port_bytes(info, false); }
Napi::Value session_output(const Napi::CallbackInfo& info) { return port_bytes(info, true); }

// sessionRun(session, inputs, outputs, counts, abort, stepMs): a promise. Inputs are copied here and now, or
// are tensors on the session's device; outputs (typed arrays of each port's capacity), counts (Int32Array,
// one per output: valid length of dims[0] or -1) and stepMs (Float32Array of stepCount, or null) are written
// by the worker. abort: Int32Array whose first element, set non-zero while the run is under way, ends it
// between steps; or null.
Napi::Value session_run(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto session = read_handle<SessionHandle>(info[0]);
  if (!session) return env.Undefined();
  const int32_t output_count = session->engine->face.session_output_count(session->session);
  if (!info[2].IsArray() || info[2].As<Napi::Array>().Length() != static_cast<uint32_t>(output_count))
    return throw_invalid(env, "Expected an array of " + std::to_string(output_count) + " outputs.");
  if (!write_inputs(info[1], *session)) return env.Undefined();
  std::vector<View> outputs(static_cast<size_t>(output_count));
  for (int32_t i = 0; i < output_count; i++) {
    Napi::HandleScope scope(env);
    if (!read_view(info[2].As<Napi::Array>().Get(static_cast<uint32_t>(i)), "outputs[]",
                   &outputs[static_cast<size_t>(i)])) {
      return env.Undefined();
    }
  }
  View counts, abort, step_ms;
  const size_t steps = static_cast<size_t>(session->engine->face.session_step_count(session->session));
  if (!read_view(info[3], "counts", sizeof(int32_t) * outputs.size(), alignof(int32_t), &counts) ||
      (!info[4].IsNull() && !read_view(info[4], "abort", sizeof(int32_t), alignof(int32_t), &abort)) ||
      (!info[5].IsNull() && !read_view(info[5], "stepMs", sizeof(float) * steps, alignof(float), &step_ms))) {
    return env.Undefined();
  }
  auto* worker =
      new RunWorker(env, std::move(session), std::move(outputs), static_cast<int32_t*>(counts.data),
                    static_cast<const volatile int32_t*>(abort.data), static_cast<float*>(step_ms.data));
  for (size_t i = 0; i < 6; i++) worker->keep(info[i]);
  return worker->start();
}

}  // namespace

void register_session(Napi::Env env, Napi::Object exports) {
  exports.Set("sessionCreate", Napi::Function::New(env, session_create));
  exports.Set("sessionDestroy", Napi::Function::New(env, session_destroy));
  exports.Set("sessionInputCount", Napi::Function::New(env, session_input_count));
  exports.Set("sessionOutputCount", Napi::Function::New(env, session_output_count));
  exports.Set("sessionStepCount", Napi::Function::New(env, session_step_count));
  exports.Set("sessionInput", Napi::Function::New(env, session_input));
  exports.Set("sessionOutput", Napi::Function::New(env, session_output));
  exports.Set("sessionRun", Napi::Function::New(env, session_run));
  exports.Set("sessionBytes", Napi::Function::New(env, session_bytes));
}

}  // namespace spinexr_addon
