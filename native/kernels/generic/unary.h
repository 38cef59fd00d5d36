// Functions of one argument.
#ifndef SPINEXR_KERNELS_GENERIC_UNARY_H_
#define SPINEXR_KERNELS_GENERIC_UNARY_H_

#include "exponential.h"
#include "kernels/kernel_table.h"
#include "vector_loop.h"

namespace spinexr {
namespace {

template <class S>
struct Unary {
  static int unary(int op, float* y, const float* x, int64_t n, float alpha, float beta) {
    using Vec = typename S::Vec;
    using E = Exponential<S>;
    const Vec zero = S::splat(0), one = S::splat(1), alphas = S::splat(alpha), betas = S::splat(beta);
    const auto run = [=](auto f) {
      map<S>(y, x, n, f);
      return 1;
    };
    switch (static_cast<UnaryOp>(op)) {
      case UnaryOp::kRelu:
        return run([=](Vec v) { return S::clamp(v, zero, S::splat(__builtin_inff())); });
      case UnaryOp::kClip:
        return run([=](Vec v) { return S::clamp(v, alphas, betas); });
      case UnaryOp::kLeakyRelu:
        return run([=](Vec v) { return S::select(S::less(v, zero), S::mul(v, alphas), v); });
      case UnaryOp::kSigmoid:
        return run([=](Vec v) { return E::sigmoid(v); });
      case UnaryOp::kTanh:
        return run([=](Vec v) { return E::tanh(v); });
      case UnaryOp::kSilu:
        return run([=](Vec v) { return S::mul(v, E::sigmoid(v)); });
      case UnaryOp::kHardSigmoid:
        return run([=](Vec v) { return S::clamp(S::fma(v, alphas, betas), zero, one); });
      case UnaryOp::kHardSwish:  // x + 3 is exact near -3, where x / 6 + 1 / 2 would cancel
        return run([=](Vec v) {
          const Vec gate = S::clamp(S::add(v, S::splat(3)), zero, S::splat(6));
          return S::mul(v, S::mul(gate, S::splat(1.0f / 6)));
        });
      case UnaryOp::kAbs:
        return run([=](Vec v) { return S::abs(v); });
      case UnaryOp::kNeg:
        return run([=](Vec v) { return S::neg(v); });
      case UnaryOp::kExp:
        return run([=](Vec v) { return E::exp(v); });
      case UnaryOp::kSqrt:
        return run([=](Vec v) { return S::sqrt(v); });
      case UnaryOp::kReciprocal:
        return run([=](Vec v) { return S::div(one, v); });
      case UnaryOp::kFloor:
        return run([=](Vec v) { return S::floor(v); });
      case UnaryOp::kCeil:
        return run([=](Vec v) { return S::ceil(v); });
      case UnaryOp::kElu:
        return run(
            [=](Vec v) { return S::select(S::less(v, zero), S::mul(alphas, E::expm1_negative(v)), v); });
      default:
        return 0;
    }
  }
};

}  // namespace
}  // namespace spinexr

#endif  // SPINEXR_KERNELS_GENERIC_UNARY_H_
