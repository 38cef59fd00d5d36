// Operations of two numbers, and the choice between two, with broadcasting.
#ifndef SPINEXR_CUDA_KERNELS_BINARY_H_
#define SPINEXR_CUDA_KERNELS_BINARY_H_

#include "cuda/device/any.h"
#include "cuda/runtime/device.h"
#include "grid_walk.h"
#include "kernels/op_codes.h"

namespace spinexr::cuda {

// Operands of the walks: a, b, y. y may be a or b where it is walked in step with it.

// Arithmetic of floats, A and B of float and Half; Y is Half unless both are float. op is neither kPow nor
// kMod.
template <class A, class B, class Y>
Status enqueue_arithmetic(Stream stream, BinaryOp op, const A* a, const B* b, Y* y, const Strided<3>& walk,
                          const Activate& activation);
// kPow and kMod of floats; arithmetic of i32; logic of u8; comparisons of any one type (f32 and f16 count as
// one), which give u8. The activation is for floats.
Status enqueue_binary(Stream stream, BinaryOp op, const AnySource& a, const AnySource& b, const AnyTarget& y,
                      const Strided<3>& walk, const Activate& activation);

// y = condition ? a : b; operands of the walk: condition, a, b, y. T of uint8_t, uint16_t, uint32_t: the
// elements' size.
template <class T>
Status enqueue_where(Stream stream, const uint8_t* condition, const T* a, const T* b, T* y,
                     const Strided<4>& walk);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_BINARY_H_
