// Winograd's transforms of one tile, or of one filter, a vector of channels at a time: columns first, then
// rows.
#ifndef SPINEXR_KERNELS_GENERIC_WINOGRAD_H_
#define SPINEXR_KERNELS_GENERIC_WINOGRAD_H_

#include "kernels/kernel_table.h"
#include "kernels/winograd_points.h"
#include "vector_loop.h"

namespace spinexr {
namespace {

template <class S>
struct WinogradTransforms {
  using Vec = typename S::Vec;

  static void winograd_input(int m, float* const* v, const float* const* x, int64_t n) {
    m == 2 ? input<F2>(v, x, n) : input<F4>(v, x, n);
  }

  static void winograd_output(const WinogradOutput* tile) {
    tile->m == 2 ? output<F2>(*tile) : output<F4>(*tile);
  }

  static void winograd_weights(int m, float* v, int64_t v_stride, const float* w, int64_t w_stride,
                               int64_t n) {
    m == 2 ? weights<F2>(v, v_stride, w, w_stride, n) : weights<F4>(v, v_stride, w, w_stride, n);
  }

 private:
  struct F2 {
    static constexpr int kTile = 2, kSize = 4;
    static constexpr const double (&kScale)[4] = winograd2::kScale;
    SPX_INLINE static void input(Vec (&d)[4]) {
      const Vec d0 = S::sub(d[0], d[2]), d1 = S::add(d[1], d[2]);
      const Vec d2 = S::sub(d[2], d[1]), d3 = S::sub(d[3], d[1]);
      d[0] = d0;
      d[1] = d1;
      d[2] = d2;
      d[3] = d3;
    }
    SPX_INLINE static void output(const Vec (&s)[4], Vec (&y)[2]) {
      y[0] = S::add(S::add(s[1], s[2]), s[0]);
      y[1] = S::add(S::sub(s[1], s[2]), s[3]);
    }
    SPX_INLINE static void weights(const Vec (&g)[3], Vec (&u)[4]) {
      const Vec even = S::add(g[0], g[2]);
      u[0] = g[0];
      u[1] = S::add(even, g[1]);
      u[2] = S::sub(even, g[1]);
      u[3] = g[2];
    }
  };

  struct F4 {
    static constexpr int kTile = 4, kSize = 6;
    static constexpr const double (&kScale)[6] = winograd4::kScale;
    SPX_INLINE static void input(Vec (&d)[6]) {
      using namespace winograd4;
      const Vec sum = S::splat(-kSum), product = S::splat(kProduct);
      const Vec even_a = S::fma(S::splat(-kB2), d[2], d[4]), odd_a = S::fma(S::splat(-kB2), d[1], d[3]);
      const Vec even_b = S::fma(S::splat(-kA2), d[2], d[4]), odd_b = S::fma(S::splat(-kA2), d[1], d[3]);
      d[0] = S::fma(product, d[0], S::fma(sum, d[2], d[4]));
      d[5] = S::fma(product, d[1], S::fma(sum, d[3], d[5]));
      d[1] = S::fma(S::splat(kA), odd_a, even_a);
      d[2] = S::fma(S::splat(-kA), odd_a, even_a);
      d[3] = S::fma(S::splat(kB), odd_b, even_b);
      d[4] = S::fma(S::splat(-kB), odd_b, even_b);
    }
    SPX_INLINE static void output(const Vec (&s)[6], Vec (&y)[4]) {
      using namespace winograd4;
      const Vec even_a = S::add(s[1], s[2]), odd_a = S::sub(s[1], s[2]);
      const Vec even_b = S::add(s[3], s[4]), odd_b = S::sub(s[3], s[4]);
      y[0] = S::add(S::add(even_a, even_b), s[0]);
      y[1] = S::fma(S::splat(kA), odd_a, S::mul(S::splat(kB), odd_b));
      y[2] = S::fma(S::splat(kA2), even_a, S::mul(S::splat(kB2), even_b));
      y[3] = S::fma(S::splat(kA3), odd_a, S::fma(S::splat(kB3), odd_b, s[5]));
    }
    SPX_INLINE static void weights(const Vec (&g)[3], Vec (&u)[6]) {
      using namespace winograd4;
      const Vec even_a = S::fma(S::splat(kA2), g[2], g[0]), even_b = S::fma(S::splat(kB2), g[2], g[0]);
      u[0] = g[0];
      u[1] = S::fma(S::splat(kA), g[1], even_a);
      u[2] = S::fma(S::splat(-kA), g[1], even_a);
      u[3] = S::fma(S::splat(kB), g[1], even_b);
      u[4] = S::fma(S::splat(-kB), g[1], even_b);
      u[5] = g[2];
    }
  };

  // The loops over columns and rows stay loops where the vectors of a tile are more than the registers.
  template <class F>
  SPX_NOINLINE static void input(float* const* v, const float* const* x, int64_t n) {
    constexpr int kSize = F::kSize;
    for_vectors<S>(n, [=](int64_t c, auto part) {
      Vec tile[kSize][kSize];
      SPX_UNROLL
      for (int j = 0; j < kSize; ++j) {
        Vec column[kSize];
        SPX_UNROLL
        for (int i = 0; i < kSize; ++i) column[i] = load<S>(x[i * kSize + j] + c, part);
        F::input(column);
        SPX_UNROLL
        for (int i = 0; i < kSize; ++i) tile[i][j] = column[i];
      }
      SPX_UNROLL
      for (int i = 0; i < kSize; ++i) {
        Vec row[kSize];
        SPX_UNROLL
        for (int j = 0; j < kSize; ++j) row[j] = tile[i][j];
        F::input(row);
        SPX_UNROLL
        for (int j = 0; j < kSize; ++j) store<S>(v[i * kSize + j] + c, row[j], part);
      }
    });
  }

  // The scale of a position is not a float: one rounded would shift the weights of all channels alike, and
  // what is alike adds up. Its remainder is multiplied, too.
  SPX_INLINE static Vec scaled(Vec u, double scale) {
    const float high = static_cast<float>(scale), low = static_cast<float>(scale - static_cast<double>(high));
    if (high == 1 && low == 0) return u;
    const Vec product = S::mul(u, S::splat(high));
    return low == 0 ? product : S::fma(u, S::splat(low), product);
  }

  template <class F>
  SPX_NOINLINE static void weights(float* v, int64_t v_stride, const float* w, int64_t w_stride, int64_t n) {
    constexpr int kSize = F::kSize;
    for_vectors<S>(n, [=](int64_t at, auto part) {
      Vec filter[kSize][3];
      SPX_UNROLL
      for (int j = 0; j < 3; ++j) {
        Vec taps[3], column[kSize];
        SPX_UNROLL
        for (int i = 0; i < 3; ++i) taps[i] = load<S>(w + (i * 3 + j) * w_stride + at, part);
        F::weights(taps, column);
        SPX_UNROLL
        for (int i = 0; i < kSize; ++i) filter[i][j] = column[i];
      }
      SPX_UNROLL
      for (int i = 0; i < kSize; ++i) {
        Vec row[kSize];
        F::weights(filter[i], row);
        SPX_UNROLL
        for (int j = 0; j < kSize; ++j) {
          store<S>(v + (i * kSize + j) * v_stride + at, scaled(row[j], F::kScale[i] * F::kScale[j]), part);
        }
      }
    });
  }

  template <class F>
  SPX_NOINLINE static void output(const WinogradOutput& t) {
    constexpr int kSize = F::kSize, kTile = F::kTile;
    const Vec low = S::splat(t.low), high = S::splat(t.high);
    for_vectors<S>(t.channels, [=, &t](int64_t c, auto part) {
      Vec tile[kTile][kSize];
      SPX_UNROLL
      for (int j = 0; j < kSize; ++j) {
        Vec column[kSize], sums[kTile];
        SPX_UNROLL
        for (int i = 0; i < kSize; ++i)
          column[i] = load<S>(t.products + (i * kSize + j) * t.stride + c, part);
        F::output(column, sums);
        SPX_UNROLL
        for (int i = 0; i < kTile; ++i) tile[i][j] = sums[i];
      }
      const Vec scale = t.scale == nullptr ? S::splat(1) : load<S>(t.scale + c, part);
      const Vec bias = t.bias == nullptr ? S::splat(0) : load<S>(t.bias + c, part);
      SPX_UNROLL
      for (int i = 0; i < kTile; ++i) {
        if (i >= t.rows) break;
        Vec row[kSize], sums[kTile];
        SPX_UNROLL
        for (int j = 0; j < kSize; ++j) row[j] = tile[i][j];
        F::output(row, sums);
        SPX_UNROLL
        for (int j = 0; j < kTile; ++j) {
          if (j >= t.cols) break;
          Vec y = S::fma(sums[j], scale, bias);
          if (t.residual != nullptr) {
            y = S::add(y, load<S>(t.residual + i * t.residual_row + j * t.residual_pixel + c, part));
          }
          store<S>(t.y + i * t.y_row + j * t.y_pixel + c, S::clamp(y, low, high), part);
        }
      }
    });
  }
};

}  // namespace
}  // namespace spinexr

#endif  // SPINEXR_KERNELS_GENERIC_WINOGRAD_H_
