// cuda_api.h over the runtime: handles and checks of pointers, no logic.
#include "cuda_api.h"

#include <stdio.h>

#include <memory>
#include <new>

#include "runtime/device.h"
#include "runtime/session.h"

using spinexr::Status;
using spinexr::cuda::DeviceForms;
using spinexr::cuda::DeviceTensor;
using spinexr::cuda::Engine;
using spinexr::cuda::Session;

namespace {

int32_t number(Status status) { return static_cast<int32_t>(status); }
int32_t invalid(const char* sentence) {
  return number(spinexr::fail(Status::INVALID_ARGUMENT, "%s", sentence));
}

Engine* unwrap(const spx_engine* engine) {
  return reinterpret_cast<Engine*>(const_cast<spx_engine*>(engine));
}
Session* unwrap(const spx_session* session) {
  return reinterpret_cast<Session*>(const_cast<spx_session*>(session));
}
DeviceForms* unwrap(spx_weights* weights) { return reinterpret_cast<DeviceForms*>(weights); }

using Tensor = std::shared_ptr<const DeviceTensor>;

// Whether the libraries can be used that engines need, with the exact reason where not.
int32_t device_count(int32_t* count) {
  if (count == nullptr) return invalid("expected a place for the number of devices, found null");
  *count = 0;
  if (const Status status = spinexr::cuda::check_libraries(); status != Status::OK) return number(status);
  return number(spinexr::cuda::device_count(count));
}

int32_t device(int32_t index, spx_cuda_device* result) {
  if (result == nullptr) return invalid("expected a place for the device, found null");
  int32_t count = 0;
  if (const int32_t status = device_count(&count); status != 0) return status;
  if (index < 0 || index >= count) return invalid("expected the number of a device");
  spinexr::cuda::DeviceProperties found;
  if (const Status status = spinexr::cuda::device_properties(index, &found); status != Status::OK)
    return number(status);
  *result = {};
  snprintf(result->name, sizeof result->name, "%s", found.name);
  result->major = found.major;
  result->minor = found.minor;
  result->multiprocessors = found.multiprocessors;
  result->driver = found.driver_version;
  result->runtime = found.runtime_version;
  result->cudnn = spinexr::cuda::cudnn_version();
  result->bytes = found.total_bytes;
  if (spinexr::cuda::check_device(found) != Status::OK)
    snprintf(result->reason, sizeof result->reason, "%s", spinexr::last_error());
  return 0;
}

int32_t engine_create(const spx_cuda_options* options, spx_engine** engine) {
  if (options == nullptr || engine == nullptr)
    return invalid("expected options and a place for the engine, found null");
  int32_t count = 0;
  if (const int32_t status = device_count(&count); status != 0) return status;
  std::unique_ptr<Engine> made;
  const Status status = Engine::create(*options, &made);
  *engine = reinterpret_cast<spx_engine*>(made.release());
  return number(status);
}
void engine_destroy(spx_engine* engine) { delete unwrap(engine); }
const char* engine_isa(const spx_engine* engine) { return unwrap(engine)->isa(); }
int32_t engine_threads(const spx_engine*) { return 1; }

int32_t weights_create(spx_weights** weights) {
  if (weights == nullptr) return invalid("expected a place for the weights, found null");
  *weights = reinterpret_cast<spx_weights*>(new (std::nothrow) DeviceForms);
  return *weights != nullptr ? 0 : number(spinexr::fail(Status::OUT_OF_MEMORY, "no memory for weights"));
}
void weights_destroy(spx_weights* weights) { delete unwrap(weights); }
size_t weights_bytes(spx_weights* weights) { return unwrap(weights)->bytes(); }

int32_t session_create(spx_engine* engine, spx_weights* weights, const uint8_t* plan, size_t plan_bytes,
                       const uint8_t* constants, size_t constant_bytes, spx_read read, void* context,
                       spx_session** session) {
  if (engine == nullptr || session == nullptr || (plan == nullptr && plan_bytes > 0) ||
      (constants == nullptr && read == nullptr && constant_bytes > 0)) {
    return invalid("expected an engine, a plan, its constants and a place for the session, found null");
  }
  std::unique_ptr<Session> made;
  const Status status =
      Session::create(*unwrap(engine), unwrap(weights), spinexr::Span<const uint8_t>(plan, plan_bytes),
                      spinexr::ConstantSource(constants, constant_bytes, read, context), &made);
  *session = reinterpret_cast<spx_session*>(made.release());
  return number(status);
}
void session_destroy(spx_session* session) { delete unwrap(session); }
int32_t session_input_count(const spx_session* session) {
  return static_cast<int32_t>(unwrap(session)->plan().inputs.size());
}
int32_t session_output_count(const spx_session* session) {
  return static_cast<int32_t>(unwrap(session)->plan().outputs.size());
}
int32_t session_step_count(const spx_session* session) {
  return static_cast<int32_t>(unwrap(session)->plan().steps.size());
}

bool is_port(const std::vector<spinexr::PortRecord>& ports, int32_t index) {
  return index >= 0 && static_cast<size_t>(index) < ports.size();
}

int32_t session_input(spx_session* handle, int32_t index, void** data, size_t* bytes) {
  const Session& session = *unwrap(handle);
  if (!is_port(session.plan().inputs, index)) return invalid("expected the index of an input of the plan");
  const size_t port = static_cast<size_t>(index);
  *data = session.input(port);
  *bytes = session.bytes(session.plan().inputs[port]);
  return 0;
}

int32_t session_output(spx_session* handle, int32_t index, void** data, size_t* bytes, int32_t* count) {
  const Session& session = *unwrap(handle);
  if (!is_port(session.plan().outputs, index)) return invalid("expected the index of an output of the plan");
  const size_t port = static_cast<size_t>(index);
  *data = session.output(port);
  *bytes = session.bytes(session.plan().outputs[port]);
  if (count != nullptr) *count = session.count(port);
  return 0;
}

int32_t session_run(spx_session* session, const volatile int32_t* abort, float* step_ms) {
  return number(unwrap(session)->run(abort, step_ms));
}
size_t session_bytes(const spx_session* session) { return unwrap(session)->held(); }

int32_t image_inputs(spx_engine* handle, const void* pixels, int32_t sample_type, int32_t height,
                     int32_t width, int32_t bits_stored, int32_t is_signed, int32_t monochrome1,
                     const spx_voi* voi, const spx_image_input* inputs, int32_t input_count,
                     spx_cuda_tensor** tensors, int32_t* conversion) {
  if (handle == nullptr || tensors == nullptr)
    return invalid("expected an engine and places for tensors, found null");
  Engine& engine = *unwrap(handle);
  if (const Status status = engine.enter(); status != Status::OK) return number(status);
  std::vector<Tensor> made;
  const Status status = engine.note(engine.pictures.make(
      {pixels, sample_type, height, width, bits_stored, is_signed != 0, monochrome1 != 0}, voi, inputs,
      input_count, conversion, &made));
  for (size_t i = 0; i < made.size() && status == Status::OK; ++i)
    tensors[i] = reinterpret_cast<spx_cuda_tensor*>(new Tensor(std::move(made[i])));
  return number(status);
}
void tensor_destroy(spx_cuda_tensor* tensor) { delete reinterpret_cast<Tensor*>(tensor); }

int32_t session_take(spx_session* handle, int32_t index, const spx_cuda_tensor* tensor) {
  Session& session = *unwrap(handle);
  if (!is_port(session.plan().inputs, index) || tensor == nullptr)
    return invalid("expected the index of an input of the plan and a tensor");
  return number(session.take(static_cast<size_t>(index), *reinterpret_cast<const Tensor*>(tensor)));
}

int32_t session_time(spx_session* session, int32_t runs, float* ms) {
  if (runs < 1 || runs > 65536 || ms == nullptr)
    return invalid("expected 1 to 65536 runs and a place for their times");
  return number(unwrap(session)->time(static_cast<size_t>(runs), ms));
}

constexpr spx_cuda_api kApi = {
    SPX_CUDA_VERSION,
    {spinexr::last_error, engine_destroy, engine_isa, engine_threads, weights_create, weights_destroy,
     weights_bytes, session_create, session_destroy, session_input_count, session_output_count,
     session_step_count, session_input, session_output, session_run, session_bytes},
    device_count,
    device,
    engine_create,
    image_inputs,
    tensor_destroy,
    session_take,
    session_time,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const spx_cuda_api* spx_cuda_api_get(int32_t version) {
  return version == SPX_CUDA_VERSION ? &kApi : nullptr;
}
