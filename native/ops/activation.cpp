#include "activation.h"

#include "plan/enums.h"
#include "unary_math.h"

namespace spinexr {

void Epilogue::apply_rest(const KernelTable& kernels, float* y, int64_t n) const {
  if (has_rest) unary_f32(kernels, rest, y, y, n, alpha, beta);
}

void Epilogue::apply(const KernelTable& kernels, float* y, int64_t n) const {
  if (clamps()) kernels.affine(y, y, 1, 0, n, low, high);
  apply_rest(kernels, y, n);
}

Status read_activation(const PrepareContext& context, int32_t activation, float alpha, float beta,
                       Epilogue* result) {
  SPX_TRY(context.expect_range("activation", activation, 0, static_cast<int>(Activation::kCount) - 1));
  *result = {};
  switch (static_cast<Activation>(activation)) {
    case Activation::kNone:
      break;
    case Activation::kRelu:
      result->low = 0;
      break;
    case Activation::kClip:
      result->low = alpha;
      result->high = beta;
      break;
    default:
      result->has_rest = true;
      result->rest = static_cast<UnaryOp>(activation - 1);
      result->alpha = alpha;
      result->beta = beta;
  }
  return Status::OK;
}

}  // namespace spinexr
