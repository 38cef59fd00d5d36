// Numbers of the modes in a plan: positions in the lists of src/plan/steps.ts. Append only. UnaryOp and
// BinaryOp are in kernels/op_codes.h.
#ifndef SPINEXR_PLAN_ENUMS_H_
#define SPINEXR_PLAN_ENUMS_H_

#include <stdint.h>

namespace spinexr {

// From kRelu on in the order of UnaryOp: activation n is unary operation n - 1.
enum class Activation : int32_t {
  kNone,
  kRelu,
  kClip,
  kLeakyRelu,
  kSigmoid,
  kTanh,
  kSilu,
  kHardSigmoid,
  kHardSwish,
  kCount
};
enum class ReduceOp : int32_t {
  kSum,
  kMean,
  kMax,
  kMin,
  kProd,
  kSumSquare,
  kL1,
  kL2,
  kLogSum,
  kLogSumExp,
  kCount
};
enum class ConvAlgorithm : int32_t { kAuto, kGemm, kDepthwise, kWinograd2, kWinograd4, kStrassen, kCount };
enum class PoolMode : int32_t { kMax, kAverage, kLp, kCount };
enum class RoiAlignMode : int32_t { kAverage, kMax, kCount };
enum class ArgReduceOp : int32_t { kMax, kMin, kCount };

}  // namespace spinexr

#endif  // SPINEXR_PLAN_ENUMS_H_
