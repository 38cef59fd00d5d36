// exp and what follows from it. With x = n ln 2 + r, |r| <= ln 2 / 2: e^x = 2^n e^r. The polynomial of e^r
// and the two-part ln 2 (whose first part times n is exact) are those of expf in the Cephes library (S.
// Moshier, 1984-1992).
#ifndef SPINEXR_KERNELS_GENERIC_EXPONENTIAL_H_
#define SPINEXR_KERNELS_GENERIC_EXPONENTIAL_H_

#include "compiler.h"

namespace spinexr {
namespace {

template <class S>
struct Exponential {
  using Vec = typename S::Vec;

  // Relative error below 2e-7 wherever the result is a normal number; overflows to inf, underflows gradually
  // to 0.
  SPX_INLINE static Vec exp(Vec x) {
    // Past these bounds the result is inf or 0 already; n stays in -150 .. 128.
    const Parts parts = reduce(S::clamp(x, S::splat(-104.0f), S::splat(89.0f)));
    // 2^n alone would leave the range of a float: two factors.
    const Vec half = round(S::mul(parts.n, S::splat(0.5f)));
    const Vec scaled = S::mul(S::add(parts.e_r_minus_1, S::splat(1)), power_of_2(half));
    return S::mul(scaled, power_of_2(S::sub(parts.n, half)));
  }

  // e^x - 1 for x <= 0 (0 for greater x), small results with full relative accuracy.
  SPX_INLINE static Vec expm1_negative(Vec x) {
    const Parts parts = reduce(S::clamp(x, S::splat(-30.0f), S::splat(0)));
    const Vec scale = power_of_2(parts.n);
    return S::fma(parts.e_r_minus_1, scale, S::sub(scale, S::splat(1)));
  }

  // From e^-|x|, which cannot overflow: both tails keep their relative accuracy.
  SPX_INLINE static Vec sigmoid(Vec x) {
    const Vec one = S::splat(1);
    const Vec e = exp(S::neg(S::abs(x)));
    return S::div(S::select(S::less(x, S::splat(0)), e, one), S::add(one, e));
  }

  // tanh |x| = -m / (m + 2) with m = e^(-2 |x|) - 1.
  SPX_INLINE static Vec tanh(Vec x) {
    const Vec m = expm1_negative(S::mul(S::abs(x), S::splat(-2)));
    return S::copysign(S::div(m, S::add(m, S::splat(2))), x);
  }

 private:
  struct Parts {
    Vec n, e_r_minus_1;
  };

  // Adding 1.5 * 2^23 leaves no bits for a fraction. For |v| < 2^22.
  SPX_INLINE static Vec round(Vec v) {
    const Vec magic = S::splat(12582912.0f);
    return S::sub(S::add(v, magic), magic);
  }

  // n + 127 + 2^23 has n + 127 in its low bits; shifted into the exponent's place they make 2^n. For n in
  // -126 .. 127.
  SPX_INLINE static Vec power_of_2(Vec n) { return S::shift_left_23(S::add(n, S::splat(8388735.0f))); }

  SPX_INLINE static Parts reduce(Vec x) {
    const Vec n = round(S::mul(x, S::splat(1.44269504088896341f)));
    const Vec r = S::fma(n, S::splat(2.12194440e-4f), S::fma(n, S::splat(-0.693359375f), x));
    Vec p = S::splat(1.9875691500e-4f);
    p = S::fma(p, r, S::splat(1.3981999507e-3f));
    p = S::fma(p, r, S::splat(8.3334519073e-3f));
    p = S::fma(p, r, S::splat(4.1665795894e-2f));
    p = S::fma(p, r, S::splat(1.6666665459e-1f));
    p = S::fma(p, r, S::splat(5.0000001201e-1f));
    return {n, S::fma(p, S::mul(r, r), r)};
  }
};

}  // namespace
}  // namespace spinexr

#endif  // SPINEXR_KERNELS_GENERIC_EXPONENTIAL_H_
