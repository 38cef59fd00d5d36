// Runs of products with every kernel that exists, and what they are compared with.
#ifndef SPINEXR_TEST_CUDA_GEMM_CHECKS_H_
#define SPINEXR_TEST_CUDA_GEMM_CHECKS_H_

#include <array>
#include <map>

#include "cuda/kernels/implicit_gemm.h"
#include "cuda/kernels/matmul_vector.h"
#include "gemm_support.h"

namespace spinexr::cuda {

constexpr double kHalfTolerance = 2e-3, kFloatTolerance = 2e-6;

// How often each kernel ran.
inline std::map<std::array<int, 4>, int> runs;

constexpr int32_t kDepthwise = -1, kVector = -2;  // in place of a tile: the kernels that have none

// Schedules to try: of each tile, two ways to split.
inline std::vector<GemmSchedule> schedules(const Gemm& gemm) {
  std::vector<GemmSchedule> result;
  if (is_vector_product(gemm)) result.push_back({kVector, 1});
  for (int32_t tile = 0; tile < kGemmTiles; ++tile) {
    if (!gemm_exists(gemm.row_loader, gemm.column_loader, tile)) continue;
    const int32_t parts =
        (gemm.a.window.depth + gemm_tile(gemm.half, tile).k - 1) / gemm_tile(gemm.half, tile).k;
    result.push_back({tile, 1});
    if (parts > 1) result.push_back({tile, static_cast<int32_t>(random_int(2, parts < 5 ? parts : 5))});
  }
  return result;
}

inline void run(const Gemm& gemm, const GemmSchedule& schedule, const std::string& what) {
  if (schedule.tile == kVector) {
    ++runs[{gemm.half, -1, -1, kVector}];
    require(enqueue_vector_product(test_stream(), gemm), what);
    require(synchronize(test_stream()), what);
    return;
  }
  ++runs[{gemm.half, static_cast<int>(gemm.row_loader), static_cast<int>(gemm.column_loader), schedule.tile}];
  const DeviceBuffer scratch = device_bytes(static_cast<size_t>(gemm_scratch_bytes(gemm, schedule)));
  const DeviceBuffer counters = zeros(static_cast<size_t>(gemm_counters(gemm, schedule)));
  require(enqueue_gemm(test_stream(), gemm, schedule, scratch.data(),
                       reinterpret_cast<uint32_t*>(counters.data())),
          what);
  require(synchronize(test_stream()), what);
  require_zeros(counters, what);
}

struct Expected {
  double value, squares;
};

inline Expected finish(const Sum& total, const float* scale, const float* bias, const float* residual,
                       const Activate& activate) {
  const double factor = scale == nullptr ? 1 : *scale;
  double v = total.value * factor;
  if (bias != nullptr) v += *bias;
  if (residual != nullptr) v += *residual;
  if (activate.kind == Activation::kRelu) v = v < 0 ? 0 : v;
  if (activate.kind == Activation::kClip)
    v = v < activate.alpha ? activate.alpha : v > activate.beta ? activate.beta : v;
  return {v, total.squares * factor * factor};
}

inline int64_t one_of(std::initializer_list<int64_t> choices) {
  return choices.begin()[random_int(0, static_cast<int64_t>(choices.size()) - 1)];
}

// As the relative distance may be.
inline void require_close(const Distance& distance, bool half, const std::string& what) {
  char number[60];
  snprintf(number, sizeof number, ": distance %g", distance.value());
  require(distance.value() <= (half ? kHalfTolerance : kFloatTolerance), what + number);
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_TEST_CUDA_GEMM_CHECKS_H_
