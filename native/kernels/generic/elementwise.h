// Kernels that combine vectors of equal length, one element with one element.
#ifndef SPINEXR_KERNELS_GENERIC_ELEMENTWISE_H_
#define SPINEXR_KERNELS_GENERIC_ELEMENTWISE_H_

#include "kernels/kernel_table.h"
#include "vector_loop.h"

namespace spinexr {
namespace {

template <class S>
struct Elementwise {
  using Vec = typename S::Vec;

  static void strassen_sums(const StrassenSums* row, int64_t n) {
    const StrassenSums r = *row;
    for_vectors<S>(n, [=](int64_t i, auto part) {
      const Vec a11 = load<S>(r.a11 + i, part), a21 = load<S>(r.a21 + i, part);
      const Vec s1 = S::add(a21, load<S>(r.a22 + i, part)), s2 = S::sub(s1, a11);
      store<S>(r.s1 + i, s1, part);
      store<S>(r.s2 + i, s2, part);
      store<S>(r.s3 + i, S::sub(a11, a21), part);
      store<S>(r.s4 + i, S::sub(load<S>(r.a12 + i, part), s2), part);
    });
  }

  static void copy_rows(float* y, int64_t y_stride, const float* x, int64_t x_stride, int64_t rows,
                        int64_t n) {
    for (; rows > 0; --rows, y += y_stride, x += x_stride) map<S>(y, x, n, [](Vec v) { return v; });
  }

  static void scale_shift(float* y, const float* x, const float* scale, const float* shift, int64_t n,
                          float low, float high) {
    const Vec lows = S::splat(low), highs = S::splat(high);
    for_vectors<S>(n, [=](int64_t i, auto part) {
      const Vec v = S::fma(load<S>(x + i, part), load<S>(scale + i, part), load<S>(shift + i, part));
      store<S>(y + i, S::clamp(v, lows, highs), part);
    });
  }

  static void scale_shift_add(float* y, const float* x, const float* scale, const float* shift, int64_t n,
                              float low, float high) {
    const Vec lows = S::splat(low), highs = S::splat(high);
    for_vectors<S>(n, [=](int64_t i, auto part) {
      const Vec v = S::fma(load<S>(x + i, part), load<S>(scale + i, part), load<S>(shift + i, part));
      store<S>(y + i, S::add(load<S>(y + i, part), S::clamp(v, lows, highs)), part);
    });
  }

  static void affine(float* y, const float* x, float a, float b, int64_t n, float low, float high) {
    const Vec as = S::splat(a), bs = S::splat(b), lows = S::splat(low), highs = S::splat(high);
    map<S>(y, x, n, [=](Vec v) { return S::clamp(S::fma(v, as, bs), lows, highs); });
  }

  static void axpy(float* y, const float* x, float a, int64_t n) {
    const Vec as = S::splat(a);
    for_vectors<S>(n, [=](int64_t i, auto part) {
      store<S>(y + i, S::fma(load<S>(x + i, part), as, load<S>(y + i, part)), part);
    });
  }

  static void multiply_add(float* y, const float* x, const float* w, int64_t n) {
    for_vectors<S>(n, [=](int64_t i, auto part) {
      store<S>(y + i, S::fma(load<S>(x + i, part), load<S>(w + i, part), load<S>(y + i, part)), part);
    });
  }

  static void max_into(float* y, const float* x, int64_t n) {
    for_vectors<S>(n, [=](int64_t i, auto part) {
      store<S>(y + i, S::max_keep_nan(load<S>(y + i, part), load<S>(x + i, part)), part);
    });
  }

  static void min_into(float* y, const float* x, int64_t n) {
    for_vectors<S>(n, [=](int64_t i, auto part) {
      store<S>(y + i, S::min_keep_nan(load<S>(y + i, part), load<S>(x + i, part)), part);
    });
  }

  static void binary(int op, float* y, const float* a, int a_step, const float* b, int b_step, int64_t n) {
    const auto run = [=](auto f) { combine(y, a, a_step, b, b_step, n, f); };
    switch (static_cast<BinaryOp>(op)) {
      case BinaryOp::kAdd:
        return run([](Vec p, Vec q) { return S::add(p, q); });
      case BinaryOp::kSub:
        return run([](Vec p, Vec q) { return S::sub(p, q); });
      case BinaryOp::kMul:
        return run([](Vec p, Vec q) { return S::mul(p, q); });
      case BinaryOp::kDiv:
        return run([](Vec p, Vec q) { return S::div(p, q); });
      case BinaryOp::kMin:
        return run([](Vec p, Vec q) { return S::min_keep_nan(p, q); });
      case BinaryOp::kMax:
        return run([](Vec p, Vec q) { return S::max_keep_nan(p, q); });
      default:  // kPrelu
        return run([](Vec p, Vec q) { return S::select(S::less(p, S::splat(0)), S::mul(p, q), p); });
    }
  }

 private:
  template <class F>
  SPX_INLINE static void combine(float* y, const float* a, int a_step, const float* b, int b_step, int64_t n,
                                 F f) {
    if (n <= 0) return;
    const Vec a0 = S::splat(a[0]), b0 = S::splat(b[0]);
    for_vectors<S>(n, [=](int64_t i, auto part) {
      const Vec p = a_step != 0 ? load<S>(a + i, part) : a0;
      const Vec q = b_step != 0 ? load<S>(b + i, part) : b0;
      store<S>(y + i, f(p, q), part);
    });
  }
};

}  // namespace
}  // namespace spinexr

#endif  // SPINEXR_KERNELS_GENERIC_ELEMENTWISE_H_
