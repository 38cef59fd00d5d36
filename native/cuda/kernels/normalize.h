// Layer, instance and group normalisation of rows.
#ifndef SPINEXR_CUDA_KERNELS_NORMALIZE_H_
#define SPINEXR_CUDA_KERNELS_NORMALIZE_H_

#include "cuda/device/half.h"
#include "cuda/runtime/device.h"

namespace spinexr::cuda {

struct NormalizeShape {
  int64_t rows, n;
  float epsilon;
};
// What may be absent (null). scale and bias have n elements, the others one for each row.
struct NormalizeExtras {
  const float *scale, *bias;
  float *mean, *inverse_deviation;
};

// y = (x - mean) / sqrt(variance + epsilon) * scale + bias. The mean first, then the variance about it; sums
// in double. y may be x.
template <class T>  // float, Half
Status enqueue_normalize(Stream stream, const T* x, T* y, const NormalizeExtras& extras,
                         const NormalizeShape& shape);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_NORMALIZE_H_
