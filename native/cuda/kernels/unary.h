// Functions of one number, and a scale and shift per column.
#ifndef SPINEXR_CUDA_KERNELS_UNARY_H_
#define SPINEXR_CUDA_KERNELS_UNARY_H_

#include "cuda/runtime/device.h"
#include "grid_walk.h"
#include "kernels/op_codes.h"

namespace spinexr::cuda {

// Operands of the walks: x, y; inner strides 1. y may be x. op is neither kNot nor kIsNan.
template <class T>  // float, Half
Status enqueue_unary(Stream stream, UnaryOp op, float alpha, float beta, const T* x, T* y,
                     const Strided<2>& walk);

// y = activation(x * scale + shift). Operands of the walk: x, scale, shift, y; inner strides 1. y may be x.
template <class T>  // float, Half
Status enqueue_scale_shift(Stream stream, const T* x, const float* scale, const float* shift, T* y,
                           const Strided<4>& walk, const Activate& activation);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_UNARY_H_
