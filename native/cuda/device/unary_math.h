// Functions of one number in float; their meaning is that of ops/unary_math.cpp. Comparisons are written so
// that NaN falls through to itself.
#ifndef SPINEXR_CUDA_DEVICE_UNARY_MATH_H_
#define SPINEXR_CUDA_DEVICE_UNARY_MATH_H_

#include <math.h>

#include "activation.h"
#include "kernels/op_codes.h"

namespace spinexr::cuda {

SPX_HD inline float softplus(float v) { return v > 0 ? v + log1pf(expf(-v)) : log1pf(expf(v)); }

// Whether it is an activation or unary_light has it: what networks are full of.
SPX_HD inline bool is_light(UnaryOp op) { return op <= UnaryOp::kSign || op == UnaryOp::kGelu; }

SPX_HD inline float unary_light(UnaryOp op, float v) {
  switch (op) {
    case UnaryOp::kAbs:
      return fabsf(v);
    case UnaryOp::kNeg:
      return -v;
    case UnaryOp::kExp:
      return expf(v);
    case UnaryOp::kLog:
      return logf(v);
    case UnaryOp::kSqrt:
      return sqrtf(v);
    case UnaryOp::kReciprocal:
      return 1 / v;
    case UnaryOp::kFloor:
      return floorf(v);
    case UnaryOp::kCeil:
      return ceilf(v);
    case UnaryOp::kRound:  // half to even
      return rintf(v);
    case UnaryOp::kSign:
      return v > 0 ? 1.0f : v < 0 ? -1.0f : v;
    default:  // kGelu: 1 + erf(z) = erfc(-z), which does not cancel
      return 0.5f * v * erfcf(v * -0.70710678f);
  }
}

SPX_HD inline float unary_rare(UnaryOp op, float v, float alpha, float beta) {
  switch (op) {
    case UnaryOp::kErf:
      return erff(v);
    case UnaryOp::kGeluTanh:  // (1 + tanh z) / 2 = sigmoid(2 z); sqrt(8 / pi)
      return v * sigmoid(1.59576912f * (v + 0.044715f * v * v * v));
    case UnaryOp::kSoftplus:
      return softplus(v);
    case UnaryOp::kSoftsign:
      return v / (1 + fabsf(v));
    case UnaryOp::kElu:
      return v < 0 ? alpha * expm1f(v) : v;
    case UnaryOp::kSelu:
      return beta * (v < 0 ? alpha * expm1f(v) : v);
    case UnaryOp::kCelu:
      return v < 0 ? alpha * expm1f(v / alpha) : v;
    case UnaryOp::kMish:
      return v * tanhf(softplus(v));
    case UnaryOp::kThresholdedRelu:
      return v <= alpha ? 0 : v;
    case UnaryOp::kSin:
      return sinf(v);
    case UnaryOp::kCos:
      return cosf(v);
    case UnaryOp::kTan:
      return tanf(v);
    case UnaryOp::kAsin:
      return asinf(v);
    case UnaryOp::kAcos:
      return acosf(v);
    case UnaryOp::kAtan:
      return atanf(v);
    case UnaryOp::kSinh:
      return sinhf(v);
    case UnaryOp::kCosh:
      return coshf(v);
    case UnaryOp::kAsinh:
      return asinhf(v);
    case UnaryOp::kAcosh:
      return acoshf(v);
    default:  // kAtanh
      return atanhf(v);
  }
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_DEVICE_UNARY_MATH_H_
