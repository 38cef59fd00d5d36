// A stand-in for libspinexr_cuda: one device, sessions that double 12 numbers and take their time. FAKE_CUDA
// makes it another version ("other") or a library that finds no device ("none").
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "base/status.h"
#include "cuda/cuda_api.h"

struct spx_engine {
  std::string isa;
};
struct spx_weights {};
struct spx_session {
  float in[12] = {}, out[12] = {};
};
struct spx_cuda_tensor {
  float values[12];
};

namespace {

using spinexr::Status;

constexpr size_t kBytes = 12 * sizeof(float);

thread_local std::string words;
std::atomic<bool> lost{false};
std::atomic<int32_t> running{0}, most{0}, tensors{0};

int32_t refuse(Status status, const char* sentence) {
  words = sentence;
  return static_cast<int32_t>(status);
}
bool is(const char* what) {
  const char* const value = std::getenv("FAKE_CUDA");
  return value != nullptr && std::strcmp(value, what) == 0;
}
int32_t check() { return lost ? refuse(Status::DEVICE_LOST, "the GPU stopped in an earlier run") : 0; }

const char* last_error() { return words.c_str(); }
void engine_destroy(spx_engine* engine) { delete engine; }
const char* engine_isa(const spx_engine* engine) { return engine->isa.c_str(); }
int32_t engine_threads(const spx_engine*) { return 1; }
int32_t weights_create(spx_weights** weights) {
  *weights = new spx_weights;
  return 0;
}
void weights_destroy(spx_weights* weights) { delete weights; }
size_t weights_bytes(spx_weights*) { return 0; }

int32_t session_create(spx_engine*, spx_weights*, const uint8_t*, size_t, const uint8_t*, size_t, spx_read,
                       void*, spx_session** session) {
  const int32_t status = check();
  if (status == 0) *session = new spx_session;
  return status;
}
void session_destroy(spx_session* session) { delete session; }
int32_t one_port(const spx_session*) { return 1; }
int32_t session_input(spx_session* session, int32_t, void** data, size_t* bytes) {
  *data = session->in;
  *bytes = kBytes;
  return 0;
}
int32_t session_output(spx_session* session, int32_t, void** data, size_t* bytes, int32_t* count) {
  *data = session->out;
  *bytes = kBytes;
  if (count != nullptr) *count = -1;
  return 0;
}

// The last number of the output: how many runs there were at once, so far. An input of -1 ends the device.
int32_t session_run(spx_session* session, const volatile int32_t* abort, float*) {
  if (lost) return check();
  const int32_t now = ++running;
  if (now > most) most = now;
  bool ended = false;
  for (int32_t ms = 0; ms < 150 && !ended; ms++) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ended = abort != nullptr && *abort != 0;
  }
  running--;
  if (ended) return refuse(Status::ABORTED, "the run was cancelled");
  for (int32_t i = 0; i < 12; i++) session->out[i] = 2 * session->in[i];
  session->out[11] = static_cast<float>(most.load());
  if (session->in[0] == -1) lost = true;
  return check();
}
size_t session_bytes(const spx_session*) { return sizeof(spx_session); }

int32_t device_count(int32_t* count) {
  *count = is("none") ? 0 : 1;
  return is("none")
             ? refuse(Status::ISA_UNAVAILABLE, "the NVIDIA driver finds no device (CUDA_ERROR_NO_DEVICE)")
             : 0;
}
int32_t device(int32_t, spx_cuda_device* result) {
  *result = {};
  std::strcpy(result->name, "NVIDIA H100 80GB HBM3");
  result->major = 9;
  result->multiprocessors = 132;
  result->driver = 13020;
  result->runtime = 13000;
  result->cudnn = 91002;
  result->bytes = static_cast<uint64_t>(tensors);  // what the tests want to know
  return 0;
}
int32_t engine_create(const spx_cuda_options* options, spx_engine** engine) {
  if (lost) return check();
  *engine = new spx_engine{"sm_90"};
  if (options->allow_tf32 != 0) (*engine)->isa += " tf32";
  if (options->deterministic != 0) (*engine)->isa += " deterministic";
  return 0;
}

spx_cuda_tensor* make_tensor(float value) {
  tensors++;
  spx_cuda_tensor* const made = new spx_cuda_tensor;
  for (float& number : made->values) number = value;
  return made;
}
// Every number is the picture's first; of a white one only the first tensor gets made.
int32_t image_inputs(spx_engine*, const void* pixels, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t,
                     const spx_voi*, const spx_image_input*, int32_t count, spx_cuda_tensor** made,
                     int32_t* conversion) {
  if (lost) return check();
  const uint8_t first = *static_cast<const uint8_t*>(pixels);
  *conversion = 2;
  for (int32_t i = 0; i < count; i++) {
    if (i > 0 && first == 255)
      return refuse(Status::OUT_OF_MEMORY, "the device has no memory for the inputs");
    made[i] = make_tensor(first);
  }
  return 0;
}
void tensor_destroy(spx_cuda_tensor* tensor) {
  tensors--;
  delete tensor;
}
int32_t session_take(spx_session* session, int32_t, const spx_cuda_tensor* tensor) {
  std::memcpy(session->in, tensor->values, kBytes);
  return 0;
}

int32_t session_time(spx_session*, int32_t, float*) {
  return refuse(Status::UNSUPPORTED, "the stand-in does not time runs");
}

constexpr spx_cuda_api kApi = {
    SPX_CUDA_VERSION,
    {last_error, engine_destroy, engine_isa, engine_threads, weights_create, weights_destroy, weights_bytes,
     session_create, session_destroy, one_port, one_port, one_port, session_input, session_output,
     session_run, session_bytes},
    device_count,
    device,
    engine_create,
    image_inputs,
    tensor_destroy,
    session_take,
    session_time,
};

}  // namespace

extern "C" const spx_cuda_api* spx_cuda_api_get(int32_t version) {
  return version == SPX_CUDA_VERSION && !is("other") ? &kApi : nullptr;
}
