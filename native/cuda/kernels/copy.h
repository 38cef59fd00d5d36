// Strided copies of elements of any type.
#ifndef SPINEXR_CUDA_KERNELS_COPY_H_
#define SPINEXR_CUDA_KERNELS_COPY_H_

#include "cuda/runtime/device.h"
#include "grid_walk.h"

namespace spinexr::cuda {

// Operands of the walk: x, y, in elements of `bytes` bytes (1, 2 or 4); strides may be 0 (x) or negative.
Status enqueue_copy(Stream stream, const uint8_t* x, uint8_t* y, int bytes, const Strided<2>& walk);

// y[c * y_stride + r] = x[r * x_stride + c] for r < rows, c < cols, at each place of the outer walk.
struct Transpose {
  int64_t rows, cols, x_stride, y_stride;
  Strided<2> outer;
};
// Takes the two dims of `walk` along which y and x run. False where there are none, or too short to pay.
bool find_transpose(const Strided<2>& walk, Transpose* transpose);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_COPY_H_
