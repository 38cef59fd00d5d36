// softmax and log-softmax over n of a dense [outer, n, inner].
#ifndef SPINEXR_CUDA_KERNELS_SOFTMAX_H_
#define SPINEXR_CUDA_KERNELS_SOFTMAX_H_

#include "cuda/device/half.h"
#include "cuda/runtime/device.h"

namespace spinexr::cuda {

struct SoftmaxShape {
  int64_t outer, n, inner;
  bool log;
};

// Relative to the maximum, so that exp cannot overflow. y may be x.
template <class T>  // float, Half
Status enqueue_softmax(Stream stream, const T* x, T* y, const SoftmaxShape& shape);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_SOFTMAX_H_
