// Resizing of 8-bit grey pictures: weighted sums in 32-bit integers, the same bits everywhere.
#ifndef SPINEXR_KERNELS_GENERIC_PIXELS_H_
#define SPINEXR_KERNELS_GENERIC_PIXELS_H_

#include "compiler.h"
#include "kernels/kernel_table.h"

namespace spinexr {
namespace {

template <class S>
struct Pixels {
  static void resample_across(uint8_t* y, int64_t y_stride, const uint16_t* band, const int32_t* first,
                              const int32_t* count, const int32_t* weights, int64_t stride, int64_t n) {
    int64_t i = 0;
    // Four levels side by side make a word of each row.
    for (; i + 4 <= n; i += 4) {
      Column word = column(band + int64_t{first[i]} * kBandRows, weights + i * stride, count[i]);
      SPX_UNROLL
      for (int j = 1; j < 4; ++j) {
        const Column next =
            column(band + int64_t{first[i + j]} * kBandRows, weights + (i + j) * stride, count[i + j]);
        SPX_UNROLL
        for (int v = 0; v < kVectors; ++v) {
          const typename S::Int shifted = j == 1   ? S::template shift_left<8>(next.v[v])
                                          : j == 2 ? S::template shift_left<16>(next.v[v])
                                                   : S::template shift_left<24>(next.v[v]);
          word.v[v] = S::or_i32(word.v[v], shifted);
        }
      }
      put<4>(y + i, y_stride, word);
    }
    for (; i < n; ++i)
      put<1>(y + i, y_stride, column(band + int64_t{first[i]} * kBandRows, weights + i * stride, count[i]));
  }

  static void resample_down(uint8_t* y, const uint8_t* x, int64_t x_stride, const int32_t* weights,
                            int64_t taps, int64_t n) {
    int64_t i = 0;
    for (; i + kWide <= n; i += kWide) {
      Column sum;
      SPX_UNROLL
      for (int v = 0; v < kVectors; ++v) sum.v[v] = S::splat_i32(kHalf);
      for (int64_t k = 0; k < taps; ++k) {
        const typename S::Int weight = S::splat_i32(weights[k]);
        SPX_UNROLL
        for (int v = 0; v < kVectors; ++v) {
          const typename S::Int level = S::load_u8(x + k * x_stride + i + v * S::kLanes);
          sum.v[v] = S::add_i32(sum.v[v], S::mul_i32(level, weight));
        }
      }
      SPX_UNROLL
      for (int v = 0; v < kVectors; ++v) S::store_u8(y + i + v * S::kLanes, level_of(sum.v[v]));
    }
    for (; i < n; ++i) {
      int32_t sum = kHalf;
      for (int64_t k = 0; k < taps; ++k) sum += x[k * x_stride + i] * weights[k];
      sum >>= kWeightBits;
      y[i] = static_cast<uint8_t>(sum > 255 ? 255 : sum);
    }
  }

  static void normalize_levels(float* y, const uint8_t* x, float mean, float std, int64_t n) {
    const typename S::Vec means = S::splat(mean), stds = S::splat(std);
    int64_t i = 0;
    for (; i + S::kLanes <= n; i += S::kLanes)
      S::store(y + i, S::div(S::sub(S::to_float(S::load_u8(x + i)), means), stds));
    for (; i < n; ++i) y[i] = (static_cast<float>(x[i]) - mean) / std;
  }

 private:
  static constexpr int32_t kHalf = 1 << (kWeightBits - 1);
  static constexpr int kVectors = kBandRows / S::kLanes;
  static constexpr int kWide = kBandRows;

  struct Column {
    typename S::Int v[kVectors];
  };

  SPX_INLINE static typename S::Int level_of(typename S::Int sum) {
    return S::min_i32(S::template shift_right<kWeightBits>(sum), S::splat_i32(255));
  }

  SPX_INLINE static Column column(const uint16_t* x, const int32_t* weights, int64_t taps) {
    Column sum;
    SPX_UNROLL
    for (int v = 0; v < kVectors; ++v) sum.v[v] = S::splat_i32(kHalf);
    SPX_NO_UNROLL
    for (int64_t k = 0; k < taps; ++k) {
      const typename S::Int weight = S::splat_i32(weights[k]);
      SPX_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        const typename S::Int level = S::load_u16(x + k * kBandRows + v * S::kLanes);
        sum.v[v] = S::add_i32(sum.v[v], S::mul_i32(level, weight));
      }
    }
    SPX_UNROLL
    for (int v = 0; v < kVectors; ++v) sum.v[v] = level_of(sum.v[v]);
    return sum;
  }

  // The low kBytes of each row's word to that row. Little endian, as all of our targets are.
  template <int kBytes>
  SPX_INLINE static void put(uint8_t* y, int64_t y_stride, const Column& word) {
    alignas(64) int32_t rows[kBandRows];
    SPX_UNROLL
    for (int v = 0; v < kVectors; ++v) S::store_i32(rows + v * S::kLanes, word.v[v]);
    SPX_UNROLL
    for (int row = 0; row < kBandRows; ++row) __builtin_memcpy(y + row * y_stride, rows + row, kBytes);
  }
};

}  // namespace
}  // namespace spinexr

#endif  // SPINEXR_KERNELS_GENERIC_PIXELS_H_
