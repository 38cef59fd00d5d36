// The k best of n, of many problems: dense [outer, n, inner] -> [outer, k, inner].
#ifndef SPINEXR_CUDA_KERNELS_TOP_K_H_
#define SPINEXR_CUDA_KERNELS_TOP_K_H_

#include "cuda/runtime/device.h"

namespace spinexr::cuda {

struct TopKTask {
  const float* x;
  float* values;
  int32_t* indices;
  int64_t outer, n, inner, k;
  bool largest;
};

// As ops/select.cpp: NaN above everything, -0 equal to 0, ties by the lower index, always sorted.
// n <= 4096: one launch, no scratch. Above: a clearing and five launches, one more where k > 4096.
uint64_t top_k_scratch(const TopKTask& task);
Status enqueue_top_k(Stream stream, const TopKTask& task, uint8_t* scratch);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_TOP_K_H_
