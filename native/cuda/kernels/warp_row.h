// A row of up to 1024 elements in the registers of a warp.
#ifndef SPINEXR_CUDA_KERNELS_WARP_ROW_H_
#define SPINEXR_CUDA_KERNELS_WARP_ROW_H_

#include "cuda/device/chunk.h"
#include "cuda/runtime/launch.h"

namespace spinexr::cuda {

constexpr int64_t kWarpRow = 1024;
constexpr uint32_t kRowThreads = 128;

// Blocks with a warp for each row.
inline LaunchShape launch_rows(int64_t rows) {
  constexpr int64_t kWarps = kRowThreads / 32;
  return {dim3(static_cast<uint32_t>((rows + kWarps - 1) / kWarps)), kRowThreads};
}

#if defined(SPINEXR_CUDA_DEVICE_CUDA_H_)

// kSteps chunks per lane; what lies behind the row's n elements is no part of it.
template <int kCount, int kSteps>
struct WarpRow {
  int64_t n;
  float values[kSteps][kCount];

  // The row of this warp; not below the number of rows where there is none.
  static __device__ int64_t index() {
    return static_cast<int64_t>(blockIdx.x) * (kRowThreads / 32) + warp_id();
  }

  template <class T>
  __device__ void load(const T* row) {
    for (int step = 0; step < kSteps; ++step) {
      const int64_t at = place(step);
      if (at < n) load_numbers(row + at, values[step]);
    }
  }
  // f(at, values) for each chunk of the row.
  template <class F>
  __device__ void each(const F& f) {
    for (int step = 0; step < kSteps; ++step) {
      const int64_t at = place(step);
      if (at < n) f(at, values[step]);
    }
  }

 private:
  static __device__ int64_t place(int step) { return (int64_t{step} * 32 + lane_id()) * kCount; }
};

#endif

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_WARP_ROW_H_
