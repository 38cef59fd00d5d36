// The first include of every kernel file: CUDA C++ as nvcc has it, or as the emulation on the processor has
// it (test/cuda/emulation). Kernels use nothing of CUDA but what this folder offers.
#ifndef SPINEXR_CUDA_DEVICE_CUDA_H_
#define SPINEXR_CUDA_DEVICE_CUDA_H_

#include <stdint.h>

#include "base/host_device.h"

// In front of a loop: unrolled, so that arrays that its index reaches can be registers, or by a count.
#if defined(__CUDACC__)
#define SPX_PRAGMA(words) _Pragma(#words)
#define SPX_UNROLL _Pragma("unroll")
#define SPX_UNROLL_BY(count) SPX_PRAGMA(unroll count)
#else
#define SPX_UNROLL
#define SPX_UNROLL_BY(count)
#endif

#if defined(SPX_CUDA_EMULATION)
#include "emulation/device.h"
#else

#include <cuda_fp16.h>
#include <cuda_runtime.h>

#define SPX_SHARED __shared__

namespace spinexr::cuda {

// The shared memory that a launch asked for; 16-byte aligned.
template <class T>
__device__ __forceinline__ T* dynamic_shared() {
  extern __shared__ __align__(16) unsigned char spx_dynamic_shared[];
  return reinterpret_cast<T*>(spx_dynamic_shared);
}

// The first statement of every kernel. The next kernel of the stream may be put on the multiprocessors from
// now on, but computes nothing until this one has ended, as this one waits for the one before (PTX ISA,
// griddepcontrol).
__device__ __forceinline__ void begin_kernel() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

// All 32 lanes take part in what follows.
template <class T>
__device__ __forceinline__ T shuffle_xor(T value, int mask) {
  return __shfl_xor_sync(0xFFFFFFFFu, value, mask);
}
template <class T>
__device__ __forceinline__ T shuffle(T value, int lane) {
  return __shfl_sync(0xFFFFFFFFu, value, lane);
}
// From `delta` lanes below; a lane without one keeps its own.
template <class T>
__device__ __forceinline__ T shuffle_up(T value, int delta) {
  return __shfl_up_sync(0xFFFFFFFFu, value, static_cast<unsigned>(delta));
}
__device__ __forceinline__ uint32_t ballot(bool predicate) { return __ballot_sync(0xFFFFFFFFu, predicate); }
__device__ __forceinline__ void sync_warp() { __syncwarp(); }

// Each gives what was there before. Of integers only: sums of floats would depend on the order.
__device__ __forceinline__ uint32_t atomic_add(uint32_t* target, uint32_t value) {
  return atomicAdd(target, value);
}
__device__ __forceinline__ uint32_t atomic_max(uint32_t* target, uint32_t value) {
  return atomicMax(target, value);
}
__device__ __forceinline__ uint32_t atomic_or(uint32_t* target, uint32_t value) {
  return atomicOr(target, value);
}
__device__ __forceinline__ uint32_t atomic_compare_exchange(uint32_t* target, uint32_t expected,
                                                            uint32_t value) {
  return atomicCAS(target, expected, value);
}
__device__ __forceinline__ void thread_fence() { __threadfence(); }

__device__ __forceinline__ int count_bits(uint32_t bits) { return __popc(bits); }
// Of the lowest bit set, 0 .. 31; bits is not 0.
__device__ __forceinline__ int lowest_bit(uint32_t bits) { return __ffs(static_cast<int>(bits)) - 1; }

}  // namespace spinexr::cuda

#endif  // SPX_CUDA_EMULATION

namespace spinexr::cuda {

__device__ __forceinline__ int lane_id() { return static_cast<int>(threadIdx.x & 31u); }
__device__ __forceinline__ int warp_id() { return static_cast<int>(threadIdx.x >> 5); }
// Of all threads in x; for loops over elements (stride: thread_count()).
__device__ __forceinline__ int64_t thread_index() {
  return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ __forceinline__ int64_t thread_count() { return static_cast<int64_t>(gridDim.x) * blockDim.x; }

template <class T>
__device__ __forceinline__ T warp_sum(T value) {
  for (int mask = 16; mask > 0; mask >>= 1) value += shuffle_xor(value, mask);
  return value;
}
template <class T, class F>
__device__ __forceinline__ T warp_reduce(T value, const F& f) {
  for (int mask = 16; mask > 0; mask >>= 1) value = f(value, shuffle_xor(value, mask));
  return value;
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_DEVICE_CUDA_H_
