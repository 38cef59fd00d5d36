// The kernels of pictures.
#ifndef SPINEXR_TEST_CPP_KERNEL_PIXEL_CHECKS_H_
#define SPINEXR_TEST_CPP_KERNEL_PIXEL_CHECKS_H_

#include "kernel_checks.h"

namespace {

// n elements of an integer type, the last one at the end of the operand's memory.
template <class T>
T* fill_integers(Operand& operand, int64_t n, int most) {
  const int64_t words = (n * static_cast<int64_t>(sizeof(T)) + 3) / 4;
  T* p = reinterpret_cast<T*>(operand.fill(words) + words) - n;
  for (int64_t i = 0; i < n; ++i) p[i] = static_cast<T>(uniform(0, static_cast<float>(most) + 0.99f));
  return p;
}

double level_of(double sum) {
  const double level = floor((sum + 0.5 * (1 << kWeightBits)) / (1 << kWeightBits));
  return level > 255 ? 255 : level;
}

void check_pixels(const KernelTable& t) {
  for (const int n : kSizes) {
    for (const int taps : {1, 2, 7, 24}) {
      const int columns = n + taps;
      const uint16_t* band = fill_integers<uint16_t>(operands[1], columns * kBandRows, 255);
      // Weights of outputs far beyond the sum 1, so that some results are cut to 255.
      const int32_t* weights = fill_integers<int32_t>(operands[2], n * taps, (3 << kWeightBits) / 2 / taps);
      std::vector<int32_t> first(n), count(n);
      for (int i = 0; i < n; ++i) {
        first[i] = static_cast<int32_t>(uniform(0, static_cast<float>(columns - taps)));
        count[i] = 1 + static_cast<int32_t>(uniform(0, static_cast<float>(taps) - 0.01f));
      }
      const int64_t stride = n + 3;
      const int64_t size = n > 0 ? (kBandRows - 1) * stride + n : 0;
      uint8_t* y = fill_integers<uint8_t>(operands[0], size, 255);
      const std::vector<uint8_t> before(y, y + size);
      t.resample_across(y, stride, band, first.data(), count.data(), weights, taps, n);
      for (int64_t i = 0; i < size; ++i) {
        const int64_t row = i / stride, x = i % stride;
        double sum = 0;
        for (int k = 0; x < n && k < count[x]; ++k) {
          sum += static_cast<double>(band[(first[x] + k) * kBandRows + row]) * weights[x * taps + k];
        }
        expect("resample_across", n, i, y[i], x < n ? level_of(sum) : before[i], 0);
      }
      check_intact("resample_across", n);

      const int64_t x_stride = n + 5;
      const uint8_t* rows = fill_integers<uint8_t>(operands[1], n > 0 ? (taps - 1) * x_stride + n : 0, 255);
      weights = fill_integers<int32_t>(operands[2], taps, (3 << kWeightBits) / 2 / taps);
      y = fill_integers<uint8_t>(operands[0], n, 255);
      t.resample_down(y, rows, x_stride, weights, taps, n);
      for (int64_t i = 0; i < n; ++i) {
        double sum = 0;
        for (int k = 0; k < taps; ++k) sum += static_cast<double>(rows[k * x_stride + i]) * weights[k];
        expect("resample_down", n, i, y[i], level_of(sum), 0);
      }
      check_intact("resample_down", n);
    }
    const uint8_t* levels = fill_integers<uint8_t>(operands[1], n, 255);
    float* y = operands[0].fill(n);
    const float mean = uniform(-10, 200), std = uniform(0.1f, 90);
    t.normalize_levels(y, levels, mean, std, n);
    for (int64_t i = 0; i < n; ++i) {
      const float centred = static_cast<float>(levels[i]) - mean;
      expect("normalize_levels", n, i, y[i], centred / std, 0);
    }
    check_intact("normalize_levels", n);
  }
}

}  // namespace

#endif  // SPINEXR_TEST_CPP_KERNEL_PIXEL_CHECKS_H_
