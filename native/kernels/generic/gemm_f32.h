// The matrix-product tile, shaped by the instruction set: kRows rows times kVectors vectors of columns, all
// sums in registers. Each step of k reads kVectors vectors of B once and one element per row of A, broadcast.
#ifndef SPINEXR_KERNELS_GENERIC_GEMM_F32_H_
#define SPINEXR_KERNELS_GENERIC_GEMM_F32_H_

#include "kernels/kernel_table.h"
#include "vector_loop.h"

namespace spinexr {
namespace {

template <class S, int kVectors>
struct GemmF32 {
  using Vec = typename S::Vec;
  static constexpr int kLanes = S::kLanes;

  // Runs the instance for the tile's row count, largest first since most tiles are whole.
  template <int kRows>
  SPX_INLINE static void run(const GemmTile& tile) {
    if constexpr (kRows > 1) {
      if (tile.rows < kRows) return run<kRows - 1>(tile);
    }
    if (tile.cols == kVectors * kLanes) {
      rows<kRows, true>(tile);
    } else {
      rows<kRows, false>(tile);
    }
  }

 private:
  // A name of its own for each instance, kept out of line: merged, they would share one set of spilled
  // registers.
  template <int kRows, bool kWhole>
  SPX_NOINLINE static void rows(const GemmTile& t) {
    Vec sum[kRows][kVectors];
    SPX_UNROLL
    for (int i = 0; i < kRows; ++i) {
      SPX_UNROLL
      for (int j = 0; j < kVectors; ++j) sum[i][j] = S::splat(0);
    }
    const float* a = t.a;
    const float* b = t.b;
    // Not unrolled: the row offsets are constants of the instructions, and V8 spills when more is live.
    SPX_NO_UNROLL
    for (int k = t.depth; k > 0; --k) {
      Vec columns[kVectors];
      SPX_UNROLL
      for (int j = 0; j < kVectors; ++j) columns[j] = S::load(b + j * kLanes);
      SPX_UNROLL
      for (int i = 0; i < kRows; ++i) {
        const Vec element = S::splat(a[i * kPackedStride]);
        SPX_UNROLL
        for (int j = 0; j < kVectors; ++j) sum[i][j] = S::fma(element, columns[j], sum[i][j]);
      }
      ++a;
      b += kVectors * kLanes;
    }

    if constexpr (kWhole) {
      finish_in_registers(sum, t);
    } else {
      float sums[kRows * kVectors * kLanes];
      SPX_UNROLL
      for (int i = 0; i < kRows; ++i) {
        SPX_UNROLL
        for (int j = 0; j < kVectors; ++j) S::store(sums + (i * kVectors + j) * kLanes, sum[i][j]);
      }
      finish_part(sums, t);
    }
  }

  template <int kRows>
  SPX_INLINE static void finish_in_registers(Vec (&sum)[kRows][kVectors], const GemmTile& t) {
    if (t.addend != nullptr) add_rows(sum, t.addend, t.ld_addend);
    if (t.last) {
      if (t.scale != nullptr) {
        scale_rows(sum, t.scale, t.bias);
      } else if (t.bias != nullptr) {
        add_rows(sum, t.bias, 0);
      }
      if (t.residual != nullptr) add_rows(sum, t.residual, t.ldr);
    }
    const Vec low = S::splat(t.last ? t.low : -__builtin_inff());
    const Vec high = S::splat(t.last ? t.high : __builtin_inff());
    SPX_UNROLL
    for (int i = 0; i < kRows; ++i) {
      float* c = t.c + i * t.ldc;
      SPX_UNROLL
      for (int j = 0; j < kVectors; ++j) S::store(c + j * kLanes, S::clamp(sum[i][j], low, high));
    }
  }

  // sum[i][j] += p[i * stride + j]
  template <int kRows>
  SPX_INLINE static void add_rows(Vec (&sum)[kRows][kVectors], const float* p, int64_t stride) {
    SPX_UNROLL
    for (int i = 0; i < kRows; ++i) {
      SPX_UNROLL
      for (int j = 0; j < kVectors; ++j) sum[i][j] = S::add(sum[i][j], S::load(p + i * stride + j * kLanes));
    }
  }

  // sum[i][j] = sum[i][j] * scale[j] + bias[j]
  template <int kRows>
  SPX_INLINE static void scale_rows(Vec (&sum)[kRows][kVectors], const float* scale, const float* bias) {
    SPX_UNROLL
    for (int j = 0; j < kVectors; ++j) {
      const Vec factor = S::load(scale + j * kLanes), shift = S::load(bias + j * kLanes);
      SPX_UNROLL
      for (int i = 0; i < kRows; ++i) sum[i][j] = S::fma(sum[i][j], factor, shift);
    }
  }

  // Fewer columns than the tile has: rare, so in little code. Columns past t.cols are neither read nor
  // written.
  SPX_NOINLINE static void finish_part(const float* sums, const GemmTile& t) {
    for (int i = 0; i < t.rows; ++i) {
      for_vectors<S>(t.cols, [&](int64_t j, auto part) {
        Vec v = S::load(sums + i * kVectors * kLanes + j);
        if (t.addend != nullptr) v = S::add(v, load<S>(t.addend + i * t.ld_addend + j, part));
        if (t.last) {
          if (t.scale != nullptr) {
            v = S::fma(v, load<S>(t.scale + j, part), load<S>(t.bias + j, part));
          } else if (t.bias != nullptr) {
            v = S::add(v, load<S>(t.bias + j, part));
          }
          if (t.residual != nullptr) v = S::add(v, load<S>(t.residual + i * t.ldr + j, part));
          v = S::clamp(v, S::splat(t.low), S::splat(t.high));
        }
        store<S>(t.c + i * t.ldc + j, v, part);
      });
    }
  }
};

}  // namespace
}  // namespace spinexr

#endif  // SPINEXR_KERNELS_GENERIC_GEMM_F32_H_
