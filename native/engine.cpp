// engine.h over the runtime: handles and checks of pointers, no logic. The pixel functions are in image/.
#include "engine.h"

#include <memory>
#include <new>

#include "base/aligned_buffer.h"
#include "base/cpu_count.h"
#include "base/status.h"
#include "engine_handle.h"
#include "runtime/constant_source.h"
#include "runtime/session.h"

using spinexr::Session;
using spinexr::Span;
using spinexr::Status;

struct spx_weights {
  spinexr::WeightStore store;
};

struct spx_session {
  spx_engine* engine;
  std::unique_ptr<Session> session;
};

namespace {

constexpr int32_t kMostThreads = 256;

int32_t number(Status status) { return static_cast<int32_t>(status); }
int32_t invalid(const char* sentence) {
  return number(spinexr::fail(Status::INVALID_ARGUMENT, "%s", sentence));
}

const spinexr::PortRecord* find_port(const std::vector<spinexr::PortRecord>& ports, int32_t index) {
  return index < 0 || static_cast<size_t>(index) >= ports.size() ? nullptr
                                                                 : &ports[static_cast<size_t>(index)];
}

}  // namespace

int32_t spx_abi_version(void) { return SPX_ABI_VERSION; }
const char* spx_last_error(void) { return spinexr::last_error(); }
const char* spx_status_code(int32_t status) { return spinexr::status_code(status); }
const char* spx_isa_list(void) { return spinexr::kernel_names(); }
int32_t spx_cpu_count(void) { return spinexr::cpu_count(); }

void* spx_alloc(size_t bytes) { return spinexr::aligned_allocate(bytes); }
void spx_free(void* pointer) { spinexr::aligned_release(pointer); }

int32_t spx_engine_create(int32_t threads, const char* isa, spx_engine** engine) {
  if (engine == nullptr) return invalid("expected a place for the engine, found null");
  if (threads < 1 || threads > kMostThreads) {
    return number(
        spinexr::fail(Status::INVALID_ARGUMENT, "expected 1 .. %d threads, found %d", kMostThreads, threads));
  }
  std::unique_ptr<spx_engine> made(new (std::nothrow) spx_engine);
  if (made == nullptr) return number(spinexr::fail(Status::OUT_OF_MEMORY, "no memory for an engine"));
  made->kernels = spinexr::select_kernels(isa);
  if (made->kernels == nullptr) {
    return number(spinexr::fail(Status::ISA_UNAVAILABLE,
                                "expected one of the kernel sets \"%s\", found \"%.40s\"",
                                spinexr::kernel_names(), isa));
  }
  if (const Status status = made->pool.start(threads); status != Status::OK) return number(status);
  *engine = made.release();
  return 0;
}

void spx_engine_destroy(spx_engine* engine) { delete engine; }
const char* spx_engine_isa(const spx_engine* engine) { return engine->kernels->name; }
int32_t spx_engine_threads(const spx_engine* engine) { return engine->pool.threads(); }

int32_t spx_engine_worker_main(spx_engine* engine, int32_t index) {
#if defined(__wasm_atomics__)
  if (index < 1 || index >= engine->pool.threads())
    return invalid("expected a worker index below the thread count");
  engine->pool.worker_main(index);
  return 0;
#else
  (void)engine;
  (void)index;
  return number(
      spinexr::fail(Status::UNSUPPORTED, "workers of the host exist only in WebAssembly with threads"));
#endif
}

int32_t spx_weights_create(spx_weights** weights) {
  if (weights == nullptr) return invalid("expected a place for the weights, found null");
  *weights = new (std::nothrow) spx_weights;
  return *weights != nullptr ? 0 : number(spinexr::fail(Status::OUT_OF_MEMORY, "no memory for weights"));
}

void spx_weights_destroy(spx_weights* weights) { delete weights; }
size_t spx_weights_bytes(spx_weights* weights) { return weights->store.bytes(); }

int32_t spx_session_create(spx_engine* engine, spx_weights* weights, const uint8_t* plan, size_t plan_bytes,
                           const uint8_t* constants, size_t constant_bytes, spx_read read, void* context,
                           spx_session** session) {
  if (engine == nullptr || session == nullptr || (plan == nullptr && plan_bytes > 0) ||
      (constants == nullptr && read == nullptr && constant_bytes > 0)) {
    return invalid("expected an engine, a plan, its constants and a place for the session, found null");
  }
  *session = nullptr;
  std::unique_ptr<spx_session> made(new (std::nothrow) spx_session{engine, nullptr});
  if (made == nullptr) return number(spinexr::fail(Status::OUT_OF_MEMORY, "no memory for a session"));
  const Status status =
      Session::create(*engine->kernels, engine->pool, weights == nullptr ? nullptr : &weights->store,
                      Span<const uint8_t>(plan, plan_bytes),
                      spinexr::ConstantSource(constants, constant_bytes, read, context), &made->session);
  if (status == Status::OK && made->session != nullptr) *session = made.release();
  return number(status);
}

void spx_session_destroy(spx_session* session) { delete session; }

int32_t spx_session_input_count(const spx_session* session) {
  return static_cast<int32_t>(session->session->plan().inputs.size());
}
int32_t spx_session_output_count(const spx_session* session) {
  return static_cast<int32_t>(session->session->plan().outputs.size());
}
int32_t spx_session_step_count(const spx_session* session) {
  return static_cast<int32_t>(session->session->plan().steps.size());
}

int32_t spx_session_input(spx_session* session, int32_t index, void** data, size_t* bytes) {
  const spinexr::PortRecord* const port = find_port(session->session->plan().inputs, index);
  if (port == nullptr) return invalid("expected the index of an input of the plan");
  if (const Status status = session->session->begin(); status != Status::OK) return number(status);
  *data = session->session->address(*port);
  *bytes = session->session->bytes(*port);
  return 0;
}

int32_t spx_session_output(spx_session* session, int32_t index, void** data, size_t* bytes, int32_t* count) {
  const spinexr::PortRecord* const port = find_port(session->session->plan().outputs, index);
  if (port == nullptr) return invalid("expected the index of an output of the plan");
  *data = session->session->address(*port);
  *bytes = session->session->bytes(*port);
  if (count != nullptr) *count = session->session->count(*port);
  return 0;
}

int32_t spx_session_run(spx_session* session, const volatile int32_t* abort, float* step_ms) {
#if !defined(__wasm__)
  const std::lock_guard<std::mutex> lock(session->engine->running);
#endif
  return number(session->session->run(abort, step_ms));
}

size_t spx_session_bytes(const spx_session* session) { return session->session->held(); }
