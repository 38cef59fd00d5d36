// Max, average and Lp pooling of nhwc maps.
#ifndef SPINEXR_CUDA_KERNELS_POOL_H_
#define SPINEXR_CUDA_KERNELS_POOL_H_

#include "cuda/device/half.h"
#include "cuda/runtime/device.h"
#include "plan/enums.h"

namespace spinexr::cuda {

// Along one direction.
struct PoolAxis {
  int64_t x_size, y_size, kernel, stride, dilation, pad_before, pad_after;
};
struct PoolShape {
  PoolMode mode;
  int64_t images, channels, x_stride, y_stride;  // strides from pixel to pixel, in elements
  PoolAxis down, across;
  bool count_padding;  // in the divisor of an average
  int32_t p;           // of kLp
};

// Padding never counts as an element. A window without elements gives -infinity (max) or 0.
template <class T>  // float, Half
Status enqueue_pool(Stream stream, const T* x, T* y, const PoolShape& shape);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_POOL_H_
