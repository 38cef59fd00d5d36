// Many elements to one number.
#ifndef SPINEXR_KERNELS_GENERIC_REDUCE_H_
#define SPINEXR_KERNELS_GENERIC_REDUCE_H_

#include "compiler.h"

namespace spinexr {
namespace {

template <class S>
struct Reduce {
  using Vec = typename S::Vec;
  static constexpr int kLanes = S::kLanes;

  static double sum(const float* x, int64_t n) {
    return blocks(
        n, [=](Vec total, int64_t i) { return S::add(total, S::load(x + i)); },
        [=](int64_t i) -> double { return x[i]; });
  }

  // The mean in two floats: x - high is nearly exact where it matters, near the mean.
  static double sum_squared_difference(const float* x, double mean, int64_t n) {
    const float high = static_cast<float>(mean);
    const Vec highs = S::splat(high), lows = S::splat(static_cast<float>(mean - high));
    return blocks(
        n,
        [=](Vec total, int64_t i) {
          const Vec d = S::sub(S::sub(S::load(x + i), highs), lows);
          return S::fma(d, d, total);
        },
        [=](int64_t i) { return (x[i] - mean) * (x[i] - mean); });
  }

  static float dot(const float* a, const float* b, int64_t n) {
    const double total = blocks(
        n, [=](Vec sums, int64_t i) { return S::fma(S::load(a + i), S::load(b + i), sums); },
        [=](int64_t i) { return static_cast<double>(a[i]) * b[i]; });
    return static_cast<float>(total);
  }

  // -inf for n = 0; NaN if any element is.
  static float max(const float* x, int64_t n) {
    Vec best0 = S::splat(-__builtin_inff()), best1 = best0;
    int64_t i = 0;
    for (; i + 2 * kLanes <= n; i += 2 * kLanes) {
      best0 = S::max_keep_nan(best0, S::load(x + i));
      best1 = S::max_keep_nan(best1, S::load(x + i + kLanes));
    }
    float lanes[kLanes];
    S::store(lanes, S::max_keep_nan(best0, best1));
    float best = lanes[0];
    for (int lane = 1; lane < kLanes; ++lane) best = larger(best, lanes[lane]);
    for (; i < n; ++i) best = larger(best, x[i]);
    return best;
  }

 private:
  static constexpr int kChains = 4;  // independent additions, to hide their latency
  static constexpr int kDepth = 8;   // float additions in a chain before the sum goes on in double

  SPX_INLINE static float larger(float a, float b) { return a > b || a != a ? a : b; }

  // add(total, i): total plus the terms i .. i + kLanes; term(i): one term. Each term goes through at most
  // kDepth + 2 float additions, 6e-8 of relative error each.
  template <class Add, class Term>
  SPX_INLINE static double blocks(int64_t n, Add add, Term term) {
    double total = 0;
    int64_t i = 0;
    while (i + kChains * kLanes <= n) {
      Vec sums[kChains];
      SPX_UNROLL
      for (int chain = 0; chain < kChains; ++chain) sums[chain] = S::splat(0);
      for (int depth = 0; depth < kDepth && i + kChains * kLanes <= n; ++depth) {
        SPX_UNROLL
        for (int chain = 0; chain < kChains; ++chain) sums[chain] = add(sums[chain], i + chain * kLanes);
        i += kChains * kLanes;
      }
      float lanes[kLanes];
      S::store(lanes, S::add(S::add(sums[0], sums[1]), S::add(sums[2], sums[3])));
      for (int lane = 0; lane < kLanes; ++lane) total += lanes[lane];
    }
    for (; i < n; ++i) total += term(i);
    return total;
  }
};

}  // namespace
}  // namespace spinexr

#endif  // SPINEXR_KERNELS_GENERIC_REDUCE_H_
