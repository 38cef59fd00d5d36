// Winograd's transforms as products with the matrices of kernels/winograd_points.h, one channel after the
// other.
#ifndef SPINEXR_KERNELS_REFERENCE_WINOGRAD_H_
#define SPINEXR_KERNELS_REFERENCE_WINOGRAD_H_

#include "clamp.h"
#include "kernels/kernel_table.h"
#include "kernels/winograd_points.h"

namespace spinexr::reference {
namespace {

struct Winograd2 {
  static constexpr int kTile = 2, kSize = 4;
  static constexpr float kInput[4][4] = {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, -1, 0, 1}};
  static constexpr float kOutput[2][4] = {{1, 1, 1, 0}, {0, 1, -1, 1}};
  static constexpr double kWeights[4][3] = {{1, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 1}};
  static constexpr const double (&kScale)[4] = winograd2::kScale;
};

struct Winograd4 {
  static constexpr int kTile = 4, kSize = 6;
  static constexpr float kA = winograd4::kA, kA2 = winograd4::kA2, kA3 = winograd4::kA3;
  static constexpr float kB = winograd4::kB, kB2 = winograd4::kB2, kB3 = winograd4::kB3;
  static constexpr float kSum = winograd4::kSum, kProduct = winograd4::kProduct;
  static constexpr float kInput[6][6] = {{kProduct, 0, -kSum, 0, 1, 0}, {0, -kA* kB2, -kB2, kA, 1, 0},
                                         {0, kA* kB2, -kB2, -kA, 1, 0}, {0, -kA2* kB, -kA2, kB, 1, 0},
                                         {0, kA2* kB, -kA2, -kB, 1, 0}, {0, kProduct, 0, -kSum, 0, 1}};
  static constexpr float kOutput[4][6] = {
      {1, 1, 1, 1, 1, 0}, {0, kA, -kA, kB, -kB, 0}, {0, kA2, kA2, kB2, kB2, 0}, {0, kA3, -kA3, kB3, -kB3, 1}};
  static constexpr double kWeights[6][3] = {{1, 0, 0},    {1, kA, kA2},  {1, -kA, kA2},
                                            {1, kB, kB2}, {1, -kB, kB2}, {0, 0, 1}};
  static constexpr const double (&kScale)[6] = winograd4::kScale;
};

// result[i * step] = sum over j of matrix[i][j] * x[j * step]
template <class T, int kRows, int kSize>
void multiply(const T (&matrix)[kRows][kSize], const T* x, T* result, int step) {
  for (int i = 0; i < kRows; ++i) {
    T sum = 0;
    for (int j = 0; j < kSize; ++j) sum += matrix[i][j] * x[j * step];
    result[i * step] = sum;
  }
}

template <class W>
void input_tile(float* const* v, const float* const* x, int64_t n) {
  constexpr int kSize = W::kSize;
  for (int64_t c = 0; c < n; ++c) {
    float tile[kSize * kSize], columns[kSize * kSize];
    for (int i = 0; i < kSize * kSize; ++i) tile[i] = x[i][c];
    for (int j = 0; j < kSize; ++j) multiply(W::kInput, tile + j, columns + j, kSize);
    for (int i = 0; i < kSize; ++i) multiply(W::kInput, columns + i * kSize, tile + i * kSize, 1);
    for (int i = 0; i < kSize * kSize; ++i) v[i][c] = tile[i];
  }
}

template <class W>
void output_tile(const WinogradOutput& t) {
  constexpr int kSize = W::kSize, kTile = W::kTile;
  for (int64_t c = 0; c < t.channels; ++c) {
    float tile[kSize * kSize], columns[kTile * kSize];
    for (int i = 0; i < kSize * kSize; ++i) tile[i] = t.products[i * t.stride + c];
    for (int j = 0; j < kSize; ++j) multiply(W::kOutput, tile + j, columns + j, kSize);
    for (int i = 0; i < t.rows; ++i) {
      float sums[kTile];
      multiply(W::kOutput, columns + i * kSize, sums, 1);
      for (int j = 0; j < t.cols; ++j) {
        float y = sums[j];
        if (t.scale) y *= t.scale[c];
        if (t.bias) y += t.bias[c];
        if (t.residual) y += t.residual[i * t.residual_row + j * t.residual_pixel + c];
        t.y[i * t.y_row + j * t.y_pixel + c] = clamp(y, t.low, t.high);
      }
    }
  }
}

// In double, rounded once.
template <class W>
void weight_tile(float* v, int64_t v_stride, const float* w, int64_t w_stride, int64_t n) {
  constexpr int kSize = W::kSize;
  for (int64_t at = 0; at < n; ++at) {
    double taps[9], columns[kSize * 3], rows[kSize];
    for (int i = 0; i < 9; ++i) taps[i] = w[i * w_stride + at];
    for (int j = 0; j < 3; ++j) multiply(W::kWeights, taps + j, columns + j, 3);
    for (int i = 0; i < kSize; ++i) {
      multiply(W::kWeights, columns + i * 3, rows, 1);
      for (int j = 0; j < kSize; ++j) {
        v[(i * kSize + j) * v_stride + at] = static_cast<float>(rows[j] * W::kScale[i] * W::kScale[j]);
      }
    }
  }
}

void winograd_weights(int m, float* v, int64_t v_stride, const float* w, int64_t w_stride, int64_t n) {
  m == 2 ? weight_tile<Winograd2>(v, v_stride, w, w_stride, n)
         : weight_tile<Winograd4>(v, v_stride, w, w_stride, n);
}

void winograd_input(int m, float* const* v, const float* const* x, int64_t n) {
  m == 2 ? input_tile<Winograd2>(v, x, n) : input_tile<Winograd4>(v, x, n);
}

void winograd_output(const WinogradOutput* tile) {
  tile->m == 2 ? output_tile<Winograd2>(*tile) : output_tile<Winograd4>(*tile);
}

}  // namespace
}  // namespace spinexr::reference

#endif  // SPINEXR_KERNELS_REFERENCE_WINOGRAD_H_
