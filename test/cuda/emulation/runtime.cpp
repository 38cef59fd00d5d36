// native/cuda/runtime/device.h on the processor. Memory has guards that are looked at behind every run and
// when it is freed, and begins as NaN.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "cuda/runtime/availability.h"
#include "cuda/runtime/device.h"
#include "device.h"

struct CUstream_st {
  bool capturing = false;
  std::vector<std::function<void()>> kept;
};
struct CUevent_st {
  double ms = 0;
};
struct CUgraphExec_st {
  std::vector<std::function<void()>> work;
};

namespace spinexr::cuda {

namespace emulation {
void run_grid(dim3 grid, uint32_t threads, uint32_t shared_bytes, const std::function<void()>& thread);
}

namespace {

constexpr size_t kGuard = 256;
constexpr uint8_t kGuardByte = 0xA5;

std::mutex mutex;
std::map<uint8_t*, size_t> blocks;  // guarded; by their usable address

// SPINEXR_EMULATION_MEMORY: bytes that the device has. To provoke that there are no more.
uint64_t capacity() {
  const char* const value = getenv("SPINEXR_EMULATION_MEMORY");
  return value == nullptr ? uint64_t{8} << 30 : strtoull(value, nullptr, 10);
}

Status allocate(size_t bytes, const char* what, void** memory) {
  const std::lock_guard<std::mutex> lock(mutex);
  uint64_t used = 0;
  for (const auto& [address, size] : blocks) used += size;
  *memory = nullptr;
  void* raw = nullptr;
  if (used + bytes > capacity() || posix_memalign(&raw, 256, bytes + 2 * kGuard + 256) != 0)
    return fail(Status::OUT_OF_MEMORY, "no device memory for %s (%.0f bytes)", what,
                static_cast<double>(bytes));
  uint8_t* const data = static_cast<uint8_t*>(raw) + kGuard;
  memset(raw, kGuardByte, kGuard);
  memset(data, 0xFF, bytes);
  memset(data + bytes, kGuardByte, kGuard);
  blocks[data] = bytes;
  *memory = data;
  return Status::OK;
}

void check_block(const uint8_t* data, size_t bytes) {
  for (size_t i = 0; i < kGuard; ++i) {
    if (data[-static_cast<ptrdiff_t>(i) - 1] != kGuardByte || data[bytes + i] != kGuardByte)
      emulation::violation("a kernel wrote outside its memory");
  }
}

void release(void* memory) {
  if (memory == nullptr) return;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto found = blocks.find(static_cast<uint8_t*>(memory));
  if (found == blocks.end()) emulation::violation("memory was freed twice");
  check_block(found->first, found->second);
  free(found->first - kGuard);
  blocks.erase(found);
}

double now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

Status put(Stream stream, std::function<void()> work) {
  if (stream->capturing) {
    stream->kept.push_back(std::move(work));
  } else {
    work();
  }
  return Status::OK;
}

Status copy(void* target, const void* source, size_t bytes, Stream stream) {
  if (bytes == 0) return Status::OK;
  return put(stream, [=] { memmove(target, source, bytes); });
}

}  // namespace

namespace emulation {

Status launch(CUstream_st* stream, dim3 grid, uint32_t threads, uint32_t shared_bytes,
              std::function<void()> thread) {
  if (uint64_t{grid.x} * grid.y * grid.z == 0) return Status::OK;
  return put(stream, [=] { run_grid(grid, threads, shared_bytes, thread); });
}

}  // namespace emulation

int32_t runtime_version() { return 13000; }

Status check_libraries() { return Status::OK; }
int32_t cudnn_version() { return 0; }
Status open_libraries(std::unique_ptr<Cudnn>*, std::unique_ptr<CublasLt>*) { return Status::OK; }

// SPINEXR_EMULATION_DEVICES: how many there are (default 1).
Status device_count(int32_t* count) {
  const char* const value = getenv("SPINEXR_EMULATION_DEVICES");
  *count = value == nullptr ? 1 : atoi(value);
  return Status::OK;
}

Status device_properties(int32_t, DeviceProperties* properties) {
  *properties = {};
  snprintf(properties->name, sizeof properties->name, "emulation");
  // SPINEXR_EMULATION_CAPABILITY: 75 is Turing's 7.5 (default 90).
  const char* const capability = getenv("SPINEXR_EMULATION_CAPABILITY");
  const int number = capability == nullptr ? 90 : atoi(capability);
  properties->major = number / 10;
  properties->minor = number % 10;
  properties->multiprocessors = 4;
  properties->shared_bytes = 227 * 1024;
  properties->total_bytes = capacity();
  properties->runtime_version = properties->driver_version = 13000;
  return Status::OK;
}

Status select_device(int32_t) { return Status::OK; }

Status device_allocate(size_t bytes, const char* what, void** memory) {
  return allocate(bytes, what, memory);
}
void device_free(void* memory) { release(memory); }
Status pinned_allocate(size_t bytes, const char* what, void** memory) {
  return allocate(bytes, what, memory);
}
void pinned_free(void* memory) { release(memory); }

Status copy_to_device(void* target, const void* source, size_t bytes, Stream stream) {
  return copy(target, source, bytes, stream);
}
Status copy_to_host(void* target, const void* source, size_t bytes, Stream stream) {
  return copy(target, source, bytes, stream);
}
Status copy_on_device(void* target, const void* source, size_t bytes, Stream stream) {
  return copy(target, source, bytes, stream);
}
Status fill_zero(void* target, size_t bytes, Stream stream) {
  if (bytes == 0) return Status::OK;
  return put(stream, [=] { memset(target, 0, bytes); });
}

Status stream_create(Stream* stream) {
  *stream = new CUstream_st;
  return Status::OK;
}
void stream_destroy(Stream stream) { delete stream; }

Status synchronize(Stream) {
  const std::lock_guard<std::mutex> lock(mutex);
  for (const auto& [address, size] : blocks) check_block(address, size);
  return Status::OK;
}

Status event_create(Event* event) {
  *event = new CUevent_st;
  return Status::OK;
}
void event_destroy(Event event) { delete event; }
Status event_record(Event event, Stream stream) {
  return put(stream, [event] { event->ms = now(); });
}
Status event_elapsed(Event begin, Event end, float* ms) {
  *ms = static_cast<float>(end->ms - begin->ms);
  return Status::OK;
}
Status wait_event(Stream, Event) { return Status::OK; }

Status begin_capture(Stream stream) {
  stream->capturing = true;
  stream->kept.clear();
  return Status::OK;
}
Status end_capture(Stream stream, Graph* graph) {
  stream->capturing = false;
  *graph = new CUgraphExec_st{std::move(stream->kept)};
  return Status::OK;
}
Status graph_launch(Graph graph, Stream) {
  for (const auto& work : graph->work) work();
  return Status::OK;
}
void graph_destroy(Graph graph) { delete graph; }

Status launch_status() { return Status::OK; }

}  // namespace spinexr::cuda
