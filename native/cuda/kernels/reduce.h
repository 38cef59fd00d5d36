// Reductions, sums in double.
#ifndef SPINEXR_CUDA_KERNELS_REDUCE_H_
#define SPINEXR_CUDA_KERNELS_REDUCE_H_

#include "cuda/device/half.h"
#include "cuda/runtime/device.h"
#include "plan/enums.h"

namespace spinexr::cuda {

// y[o, i] = op over j < n of x[o * outer_stride + j * stride + i].
struct ReduceShape {
  ReduceOp op;
  int64_t outer, n, inner, outer_stride, stride;
};

// Bytes of scratch, where the work is split among more blocks than there are results for: a GPU with this
// many multiprocessors would stand idle.
uint64_t reduce_scratch(const ReduceShape& shape, int wide, int multiprocessors);

// T of float, Half, int32_t (saturates).
template <class T>
Status enqueue_reduce(Stream stream, const T* x, T* y, const ReduceShape& shape, int multiprocessors,
                      uint8_t* scratch);

// y[o, i] i32: the j of the largest (or smallest) x[o, j, i] of a dense [outer, n, inner]; NaN above
// everything, -0 equal to 0; of equal ones the first (or the last).
struct ArgReduceShape {
  int64_t outer, n, inner;
  bool smallest, last;
};
template <class T>  // float, int32_t
Status enqueue_arg_reduce(Stream stream, const T* x, int32_t* y, const ArgReduceShape& shape);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_REDUCE_H_
