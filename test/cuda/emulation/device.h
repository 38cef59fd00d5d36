// CUDA C++ on the processor: what native/cuda/device/cuda.h offers to kernels, for a compiler that knows no
// CUDA. Every thread of a block is a fiber (fibers.h); blocks run one after another.
#ifndef SPINEXR_TEST_CUDA_EMULATION_DEVICE_H_
#define SPINEXR_TEST_CUDA_EMULATION_DEVICE_H_

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <functional>

#include "base/status.h"
#include "cuda/device/half.h"
#include "fibers.h"

#define __global__
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline
#define __launch_bounds__(...)
// One block at a time runs on a thread of the processor.
#define SPX_SHARED static thread_local

struct dim3 {
  uint32_t x, y, z;
  constexpr dim3(uint32_t x_ = 1, uint32_t y_ = 1, uint32_t z_ = 1) : x(x_), y(y_), z(z_) {}
};

#define threadIdx (::spinexr::cuda::emulation::current().thread)
#define blockIdx (::spinexr::cuda::emulation::current().block)
#define blockDim (::spinexr::cuda::emulation::current().block_shape)
#define gridDim (::spinexr::cuda::emulation::current().grid_shape)

struct CUstream_st;

namespace spinexr::cuda {
namespace emulation {

struct Position {
  dim3 thread, block, block_shape, grid_shape;
};
// Of the fiber that runs.
const Position& current();

// Runs (or keeps, in a stream that is captured) every thread of every block. Ends the process with a sentence
// where the kernel breaks a rule: a barrier that not all threads reach, lanes of a warp at different
// instructions, writes behind dynamic shared memory, no begin_kernel().
Status launch(CUstream_st* stream, dim3 grid, uint32_t threads, uint32_t shared_bytes,
              std::function<void()> thread);

void* dynamic_shared_memory();
void kernel_begun();

// Deposits a value, waits for the other lanes of the warp, and shows what they deposited. `name` must be the
// same in all.
const uint8_t* exchange(const char* name, const void* value, size_t bytes, size_t* stride);

void mma_16816(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]);
void load_matrices(uint32_t (&r)[4], const Half* row);
void load_matrices_transposed(uint32_t (&r)[4], const Half* row);
// Done as late as copy_wait allows: who reads too early reads what was there before.
void copy_async(void* shared, const void* global, bool inside);
void copy_commit();
void copy_wait_groups(int pending);
template <int kPending>
void copy_wait() {
  copy_wait_groups(kPending);
}

}  // namespace emulation

template <class T>
T* dynamic_shared() {
  return static_cast<T*>(emulation::dynamic_shared_memory());
}
inline void begin_kernel() { emulation::kernel_begun(); }

template <class T>
T shuffle(T value, int lane) {
  size_t stride;
  const uint8_t* const all = emulation::exchange("shuffle", &value, sizeof value, &stride);
  T result;
  memcpy(&result, all + static_cast<size_t>(lane & 31) * stride, sizeof result);
  return result;
}
template <class T>
T shuffle_xor(T value, int mask) {
  return shuffle(value, static_cast<int>(threadIdx.x & 31u) ^ mask);
}
template <class T>
T shuffle_up(T value, int delta) {
  const int lane = static_cast<int>(threadIdx.x & 31u);
  return shuffle(value, lane >= delta ? lane - delta : lane);
}
inline uint32_t ballot(bool predicate) {
  size_t stride;
  const uint8_t* const all = emulation::exchange("ballot", &predicate, sizeof predicate, &stride);
  uint32_t bits = 0;
  for (uint32_t lane = 0; lane < 32; ++lane) bits |= (all[lane * stride] != 0 ? 1u : 0u) << lane;
  return bits;
}
inline void sync_warp() {
  size_t stride;
  const uint8_t nothing = 0;
  emulation::exchange("sync_warp", &nothing, 1, &stride);
}

// Fibers never interrupt each other between two barriers.
inline uint32_t atomic_add(uint32_t* target, uint32_t value) {
  const uint32_t before = *target;
  *target = before + value;
  return before;
}
inline uint32_t atomic_max(uint32_t* target, uint32_t value) {
  const uint32_t before = *target;
  if (value > before) *target = value;
  return before;
}
inline uint32_t atomic_or(uint32_t* target, uint32_t value) {
  const uint32_t before = *target;
  *target = before | value;
  return before;
}
inline uint32_t atomic_compare_exchange(uint32_t* target, uint32_t expected, uint32_t value) {
  const uint32_t before = *target;
  if (before == expected) *target = value;
  return before;
}
inline void thread_fence() {}

inline int count_bits(uint32_t bits) { return __builtin_popcount(bits); }
inline int lowest_bit(uint32_t bits) { return __builtin_ctz(bits); }

}  // namespace spinexr::cuda

inline void __syncthreads() { spinexr::cuda::emulation::sync_block(); }

#endif  // SPINEXR_TEST_CUDA_EMULATION_DEVICE_H_
