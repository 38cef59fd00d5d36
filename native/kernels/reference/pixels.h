// Resizing of grey pictures as kernels.inc says it.
#ifndef SPINEXR_KERNELS_REFERENCE_PIXELS_H_
#define SPINEXR_KERNELS_REFERENCE_PIXELS_H_

#include <stdint.h>

#include "kernels/kernel_table.h"

namespace spinexr::reference {
namespace {

constexpr int32_t kHalf = 1 << (kWeightBits - 1);

inline uint8_t level_of(int32_t sum) {
  const int32_t level = sum >> kWeightBits;
  return static_cast<uint8_t>(level > 255 ? 255 : level);
}

void resample_across(uint8_t* y, int64_t y_stride, const uint16_t* band, const int32_t* first,
                     const int32_t* count, const int32_t* weights, int64_t stride, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    int32_t sums[kBandRows];
    for (int32_t& sum : sums) sum = kHalf;
    for (int64_t k = 0; k < count[i]; ++k)
      for (int row = 0; row < kBandRows; ++row)
        sums[row] += band[(first[i] + k) * kBandRows + row] * weights[i * stride + k];
    for (int row = 0; row < kBandRows; ++row) y[row * y_stride + i] = level_of(sums[row]);
  }
}

void resample_down(uint8_t* y, const uint8_t* x, int64_t x_stride, const int32_t* weights, int64_t taps,
                   int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    int32_t sum = kHalf;
    for (int64_t k = 0; k < taps; ++k) sum += x[k * x_stride + i] * weights[k];
    y[i] = level_of(sum);
  }
}

void normalize_levels(float* y, const uint8_t* x, float mean, float std, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = (static_cast<float>(x[i]) - mean) / std;
}

}  // namespace
}  // namespace spinexr::reference

#endif  // SPINEXR_KERNELS_REFERENCE_PIXELS_H_
