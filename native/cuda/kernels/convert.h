// Conversions of types, functions of integers and truth values, and filling with one value.
#ifndef SPINEXR_CUDA_KERNELS_CONVERT_H_
#define SPINEXR_CUDA_KERNELS_CONVERT_H_

#include "cuda/device/any.h"
#include "cuda/runtime/device.h"
#include "grid_walk.h"

namespace spinexr::cuda {

// kCast: any two types, by the rules of ops/element_math.h, halves by way of float. kNot: u8 to u8. kIsNan:
// floats to u8. The others: i32 to i32; they wrap at INT32_MIN.
enum class Conversion : int32_t { kCast, kNot, kIsNan, kRelu, kAbs, kNeg, kSign };

// Operands of the walk: x, y; inner strides 1. y may be x where they have one type.
Status enqueue_convert(Stream stream, Conversion conversion, const AnySource& x, const AnyTarget& y,
                       const Strided<2>& walk);

// T of uint8_t, uint16_t, uint32_t: elements of that size become `bits`. Inner stride 1.
template <class T>
Status enqueue_fill(Stream stream, T* y, T bits, const Strided<1>& walk);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_CONVERT_H_
