// The activation that ends a conv, matmul, binary or scale_shift step.
#ifndef SPINEXR_OPS_ACTIVATION_H_
#define SPINEXR_OPS_ACTIVATION_H_

#include <stdint.h>

#include "kernels/op_codes.h"
#include "op.h"

namespace spinexr {

// Split in two: the clamp that kernels apply in registers, and the rest, applied to rows just written.
struct Epilogue {
  float low = -__builtin_inff(), high = __builtin_inff();
  bool has_rest = false;
  UnaryOp rest = UnaryOp::kRelu;
  float alpha = 0, beta = 0;

  bool clamps() const { return low > -__builtin_inff() || high < __builtin_inff(); }
  void apply_rest(const KernelTable& kernels, float* y, int64_t n) const;
  // Both parts, for y that no kernel has clamped.
  void apply(const KernelTable& kernels, float* y, int64_t n) const;
};

Status read_activation(const PrepareContext& context, int32_t activation, float alpha, float beta,
                       Epilogue* result);

}  // namespace spinexr

#endif  // SPINEXR_OPS_ACTIVATION_H_
