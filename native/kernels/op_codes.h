// Numbers of the element-wise operations in a plan: the positions in UNARY_OPS and BINARY_OPS of
// src/plan/steps.ts (held together by test/cpp/kernels.test.ts). Append only.
#ifndef SPINEXR_KERNELS_OP_CODES_H_
#define SPINEXR_KERNELS_OP_CODES_H_

#include <stdint.h>

namespace spinexr {

enum class UnaryOp : int32_t {
  kRelu,
  kClip,
  kLeakyRelu,
  kSigmoid,
  kTanh,
  kSilu,
  kHardSigmoid,
  kHardSwish,
  kAbs,
  kNeg,
  kExp,
  kLog,
  kSqrt,
  kReciprocal,
  kFloor,
  kCeil,
  kRound,
  kSign,
  kErf,
  kGelu,
  kGeluTanh,
  kSoftplus,
  kSoftsign,
  kElu,
  kSelu,
  kCelu,
  kMish,
  kThresholdedRelu,
  kSin,
  kCos,
  kTan,
  kAsin,
  kAcos,
  kAtan,
  kSinh,
  kCosh,
  kAsinh,
  kAcosh,
  kAtanh,
  kNot,
  kIsNan,
  kCount
};

enum class BinaryOp : int32_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMin,
  kMax,
  kPow,
  kPrelu,
  kEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kAnd,
  kOr,
  kXor,
  kMod,
  kCount
};

}  // namespace spinexr

#endif  // SPINEXR_KERNELS_OP_CODES_H_
