// Exchange of rows and columns in blocks of 4 x 4, which four registers hold on every instruction set.
#ifndef SPINEXR_KERNELS_GENERIC_TRANSPOSE_H_
#define SPINEXR_KERNELS_GENERIC_TRANSPOSE_H_

#include "compiler.h"

namespace spinexr {
namespace {

template <class S>
struct Transpose {
  static void transpose(float* y, int64_t y_stride, const float* x, int64_t x_stride, int64_t rows,
                        int64_t cols) {
    // Bands of one cache line of y, so that each line is filled while it is in the first-level cache.
    constexpr int64_t kBand = 16;
    for (int64_t r = 0; r < rows; r += kBand) {
      const int64_t height = rows - r < kBand ? rows - r : kBand;
      band(y + r, y_stride, x + r * x_stride, x_stride, height, cols);
    }
  }

 private:
  SPX_INLINE static void band(float* y, int64_t y_stride, const float* x, int64_t x_stride, int64_t rows,
                              int64_t cols) {
    int64_t c = 0;
    for (; c + 4 <= cols; c += 4) {
      int64_t r = 0;
      for (; r + 4 <= rows; r += 4)
        S::transpose_4x4(y + c * y_stride + r, y_stride, x + r * x_stride + c, x_stride);
      scalar(y, y_stride, x, x_stride, r, rows, c, c + 4);
    }
    scalar(y, y_stride, x, x_stride, 0, rows, c, cols);
  }

  SPX_INLINE static void scalar(float* y, int64_t y_stride, const float* x, int64_t x_stride, int64_t row,
                                int64_t rows, int64_t col, int64_t cols) {
    for (int64_t c = col; c < cols; ++c)
      for (int64_t r = row; r < rows; ++r) y[c * y_stride + r] = x[r * x_stride + c];
  }
};

}  // namespace
}  // namespace spinexr

#endif  // SPINEXR_KERNELS_GENERIC_TRANSPOSE_H_
