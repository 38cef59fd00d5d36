// Which tile, and how many parts of the depth, a matrix product is cut into: by an estimate of its time.
#ifndef SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_SCHEDULE_H_
#define SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_SCHEDULE_H_

#include <stdint.h>

#include "implicit_gemm.h"

namespace spinexr::cuda {

struct GpuSize {
  int32_t multiprocessors;
  int32_t shared_bytes;  // that a block may have
};

// Clock cycles that the product takes by the estimate: waves of blocks over the multiprocessors, each as long
// as the slowest of its arithmetic, its reads and the latency of its steps. Infinite where the schedule
// cannot run. Good enough to rank schedules of one product.
double estimate_gemm(const Gemm& gemm, const GpuSize& gpu, const GemmSchedule& schedule);

// The best `most` schedules, best first, none whose estimate is above twice the best one's; how many there
// are: at least 1 for every product that enqueue_gemm takes.
int rank_gemm_schedules(const Gemm& gemm, const GpuSize& gpu, int most, GemmSchedule* best);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_SCHEDULE_H_
