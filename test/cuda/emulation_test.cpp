// The emulation itself: `emulation_test` runs what must work; `emulation_test RULE` breaks a rule and must
// not come to its end.
#include <stdio.h>
#include <string.h>

#include <random>
#include <vector>

#include "cuda/device/cuda.h"
#include "cuda/device/half.h"
#include "cuda/device/mma.h"
#include "cuda/runtime/buffer.h"
#include "cuda/runtime/launch.h"

namespace spinexr::cuda {
namespace {

int failures = 0;
void expect(bool good, const char* what) {
  if (good) return;
  printf("failed: %s\n", what);
  ++failures;
}

// Another way to the same bits: the compiler's own half precision.
void check_half() {
  bool good = true;
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const Half half{static_cast<uint16_t>(bits)};
    _Float16 native;
    memcpy(&native, &half, sizeof native);
    const float ours = to_float(half), theirs = static_cast<float>(native);
    if (theirs != theirs) {
      good = good && ours != ours;
      continue;
    }
    good = good && memcmp(&ours, &theirs, sizeof ours) == 0 && to_half(ours).bits == bits;
  }
  expect(good, "every half to float and back");
  std::mt19937 random(std::random_device{}());
  for (int i = 0; i < 2000000; ++i) {
    const uint32_t bits = static_cast<uint32_t>(random());
    float value;
    memcpy(&value, &bits, sizeof value);
    if (value != value) continue;
    const _Float16 native = static_cast<_Float16>(value);
    const Half half = to_half(value);
    good = good && memcmp(&native, &half, sizeof half) == 0;
  }
  expect(good, "random floats to half");
}

__global__ void reverse_blocks(const int* x, int* y) {
  begin_kernel();
  SPX_SHARED int values[128];
  values[threadIdx.x] = x[thread_index()];
  __syncthreads();
  y[thread_index()] = values[blockDim.x - 1 - threadIdx.x];
}

__global__ void without_barrier(const int* x, int* y) {
  begin_kernel();
  SPX_SHARED int values[128];
  values[threadIdx.x] = x[thread_index()];
  y[thread_index()] = values[blockDim.x - 1 - threadIdx.x];
}

__global__ void sums(const float* x, float* y, uint32_t* ballots) {
  begin_kernel();
  const float sum = warp_sum(x[thread_index()]);
  const uint32_t bits = ballot(threadIdx.x % 3 == 0);
  const float below = shuffle_up(x[thread_index()], 1);
  if (lane_id() == 0) {
    y[warp_id()] = sum;
    ballots[warp_id()] = bits;
  }
  if (lane_id() == 5) y[8 + warp_id()] = below;
}

// y of 16 x 8 = a of 16 x 16 times b of 8 x 16 transposed, through shared memory, asynchronous copies and
// ldmatrix.
__global__ void product(const Half* a, const Half* b, float* y) {
  begin_kernel();
  Half* const tile = dynamic_shared<Half>();
  const int row = lane_id() / 2, half = lane_id() % 2 * 8;
  copy_async(tile + row * 16 + half, a + row * 16 + half, true);
  copy_async(tile + 256 + row * 16 + half, row < 8 ? b + row * 16 + half : b, row < 8);
  copy_commit();
  copy_wait<0>();
  sync_warp();
  uint32_t ra[4], rb[4];
  const int matrix = lane_id() / 8, line = lane_id() % 8;
  load_matrices(ra, tile + (line + matrix % 2 * 8) * 16 + matrix / 2 * 8);
  load_matrices(rb, tile + 256 + line * 16 + matrix % 2 * 8);
  const uint32_t pair[2] = {rb[0], rb[1]};
  float c[4] = {};
  mma_16816(c, ra, pair);
  const int g = lane_id() / 4, t = lane_id() % 4;
  for (int i = 0; i < 4; ++i) y[(g + i / 2 * 8) * 8 + 2 * t + i % 2] = c[i];
}

__global__ void uneven_barrier() {
  begin_kernel();
  if (threadIdx.x < 32) __syncthreads();
}
__global__ void no_begin(int* y) { y[0] = 1; }
__global__ void too_far(int* y) {
  begin_kernel();
  y[thread_index()] = 1;
}
__global__ void too_far_shared() {
  begin_kernel();
  dynamic_shared<int>()[threadIdx.x] = 1;
}
__global__ void torn_warp() {
  begin_kernel();
  if (threadIdx.x < 16) {
    shuffle_xor(1, 1);
  } else {
    ballot(true);
  }
}

template <class T>
T* make(DeviceBuffer* buffer, size_t count) {
  expect(buffer->allocate(count * sizeof(T), "a test") == Status::OK, "memory");
  return reinterpret_cast<T*>(buffer->data());
}

void check_kernels(Stream stream) {
  DeviceBuffer memory[6];
  int* const x = make<int>(&memory[0], 384);
  int* const y = make<int>(&memory[1], 384);
  for (int i = 0; i < 384; ++i) x[i] = i * 7;
  expect(launch(stream, {dim3(3), 128}, reverse_blocks, x, y) == Status::OK, "a launch");
  bool good = true;
  for (int i = 0; i < 384; ++i) good = good && y[i] == (i / 128 * 128 + 127 - i % 128) * 7;
  expect(good, "a barrier between threads of a block");
  // Whatever the order, some thread comes too early; what was there before are the values of the block
  // before.
  expect(launch(stream, {dim3(3), 128}, without_barrier, x, y) == Status::OK, "a launch");
  good = true;
  for (int i = 0; i < 384; ++i) good = good && y[i] == (i / 128 * 128 + 127 - i % 128) * 7;
  expect(!good, "a missing barrier shows");

  float* const values = make<float>(&memory[2], 64);
  float* const found = make<float>(&memory[3], 16);
  uint32_t* const ballots = make<uint32_t>(&memory[4], 2);
  for (int i = 0; i < 64; ++i) values[i] = static_cast<float>(i);
  expect(launch(stream, {dim3(1), 64}, sums, values, found, ballots) == Status::OK, "a launch");
  expect(found[0] == 496 && found[1] == 496 + 1024 && found[8] == 4 && found[9] == 36,
         "sums and shuffles of warps");
  uint32_t bits[2] = {};
  for (uint32_t i = 0; i < 64; ++i) bits[i / 32] |= (i % 3 == 0 ? 1u : 0u) << i % 32;
  expect(ballots[0] == bits[0] && ballots[1] == bits[1], "ballots");

  Half* const a = make<Half>(&memory[5], 256 + 128);
  Half* const b = a + 256;
  float* const c = make<float>(&memory[2], 128);
  std::mt19937 random(std::random_device{}());
  for (int i = 0; i < 384; ++i) a[i] = to_half(static_cast<float>(static_cast<int>(random() % 17) - 8) / 4);
  expect(launch(stream, {dim3(1), 32, 2 * 256 * sizeof(Half)}, product, a, b, c) == Status::OK, "a launch");
  good = true;
  for (int m = 0; m < 16; ++m) {
    for (int n = 0; n < 8; ++n) {
      float sum = 0;
      for (int k = 0; k < 16; ++k) sum += to_float(a[m * 16 + k]) * to_float(b[n * 16 + k]);
      good = good && sum == c[m * 8 + n];
    }
  }
  expect(good, "a product on tensor cores");
}

int break_rule(const char* rule, Stream stream) {
  DeviceBuffer memory;
  int* const y = make<int>(&memory, 100);
  Status status = Status::OK;
  if (strcmp(rule, "barrier") == 0) status = launch(stream, {dim3(1), 64}, uneven_barrier);
  if (strcmp(rule, "begin") == 0) status = launch(stream, {dim3(1), 32}, no_begin, y);
  if (strcmp(rule, "memory") == 0) status = launch(stream, {dim3(1), 128}, too_far, y);
  if (strcmp(rule, "shared") == 0) status = launch(stream, {dim3(1), 64, 32 * sizeof(int)}, too_far_shared);
  if (strcmp(rule, "warp") == 0) status = launch(stream, {dim3(1), 32}, torn_warp);
  if (strcmp(rule, "threads") == 0) status = launch(stream, {dim3(1), 40}, torn_warp);
  if (status == Status::OK) status = synchronize(stream);
  printf("nothing stopped it\n");
  return 0;
}

int check(int argc, char** argv) {
  Stream stream;
  expect(stream_create(&stream) == Status::OK, "a stream");
  if (argc > 1) return break_rule(argv[1], stream);
  check_half();
  check_kernels(stream);
  stream_destroy(stream);
  printf("%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace spinexr::cuda

int main(int argc, char** argv) { return spinexr::cuda::check(argc, argv); }
