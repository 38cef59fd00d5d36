#ifndef SPINEXR_OPS_UNARY_MATH_H_
#define SPINEXR_OPS_UNARY_MATH_H_

#include <stdint.h>

#include "kernels/kernel_table.h"
#include "kernels/op_codes.h"

namespace spinexr {

// y[i] = op(x[i]), y may be x: the kernel where there is one, else libm in double. alpha and beta as in ONNX
// (clip: min and max; selu: alpha and gamma). op is neither kNot nor kIsNan.
void unary_f32(const KernelTable& kernels, UnaryOp op, float* y, const float* x, int64_t n, float alpha,
               float beta);

}  // namespace spinexr

#endif  // SPINEXR_OPS_UNARY_MATH_H_
