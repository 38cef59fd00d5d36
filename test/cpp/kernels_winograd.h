// Winograd's transforms, against the convolution that they are parts of.
#ifndef SPINEXR_TEST_KERNELS_WINOGRAD_H_
#define SPINEXR_TEST_KERNELS_WINOGRAD_H_

#include <algorithm>

#include "kernels/winograd_points.h"
#include "kernels_check.h"

namespace {

// By the definition of a convolution, whatever the matrices: weights that are 1 at tap (kh, kw) and 0
// elsewhere turn into G's columns, so input, product and output transform together must give the shifted
// pixels.
double winograd_weight(int m, int position, int tap) {
  if (m == 2) {
    const double g[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
    return g[position][tap];
  }
  using spinexr::winograd4::kA;
  using spinexr::winograd4::kB;
  const double points[] = {0, kA, -kA, kB, -kB};
  if (position == 5) return tap == 2;
  double denominator = 1;
  for (int i = 0; i < 5; ++i) {
    if (i != position) denominator *= points[position] - points[i];
  }
  return pow(points[position], tap) / denominator;
}

void check_winograd(const KernelTable& t, int m, int64_t n, int options) {
  const int size = m + 2, count = size * size, rows = 1 + options % m, cols = 1 + options / 2 % m;
  const bool has_bias = options & 1, has_residual = options & 2, clamped = options & 4;
  const bool scaled = has_bias && (options & 8);
  const int64_t stride = n + 3;
  std::vector<float> pixels(count * n), sums(count * stride, NAN);
  std::vector<const float*> x;
  std::vector<float*> v;
  for (float& pixel : pixels) pixel = uniform(-4, 4);
  for (int i = 0; i < count; ++i) {
    x.push_back(pixels.data() + i * n);
    v.push_back(sums.data() + i * stride);
  }
  // The last pixel and the last position lie at an inaccessible page.
  float* const last = operands[0].fill(n);
  for (int64_t c = 0; c < n; ++c) pixels[(count - 1) * n + c] = last[c];
  x.back() = last;
  v.back() = operands[1].fill(n);
  t.winograd_input(m, v.data(), x.data(), n);
  check_intact("winograd_input", n);
  std::copy(v.back(), v.back() + n, sums.data() + (count - 1) * stride);

  const int tap_h = options % 3, tap_w = options / 3 % 3;
  float* const products = operands[1].fill((count - 1) * stride + n);
  for (int i = 0; i < count; ++i) {
    const double weight = winograd_weight(m, i / size, tap_h) * winograd_weight(m, i % size, tap_w);
    for (int64_t c = 0; c < n; ++c) {
      products[i * stride + c] = static_cast<float>(weight * sums[i * stride + c]);
    }
  }
  spinexr::WinogradOutput tile = {};
  tile.m = m;
  tile.rows = rows;
  tile.cols = cols;
  tile.channels = n;
  tile.products = products;
  tile.stride = stride;
  tile.y_pixel = n + 2;
  tile.y_row = cols * tile.y_pixel + 1;
  tile.residual_pixel = n + 1;
  tile.residual_row = cols * tile.residual_pixel;
  const int64_t length = (rows - 1) * tile.y_row + (cols - 1) * tile.y_pixel + n;
  tile.y = operands[2].fill(length);
  tile.bias = has_bias ? operands[3].fill(n) : nullptr;
  tile.scale = scaled ? operands[5].fill(n) : nullptr;
  tile.residual = has_residual ? operands[4].fill((rows * cols - 1) * tile.residual_pixel + n) : nullptr;
  tile.low = clamped ? 0 : -kInf;
  tile.high = clamped ? 3 : kInf;
  const std::vector<float> before(tile.y, tile.y + length);
  t.winograd_output(&tile);
  std::vector<bool> written(length);
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < cols; ++j) {
      for (int64_t c = 0; c < n; ++c) {
        double want = x[(i + tap_h) * size + j + tap_w][c];
        if (scaled) want *= tile.scale[c];
        if (has_bias) want += tile.bias[c];
        if (has_residual) want += tile.residual[i * tile.residual_row + j * tile.residual_pixel + c];
        const int64_t at = i * tile.y_row + j * tile.y_pixel + c;
        written[at] = true;
        expect("winograd", n, at, tile.y[at], clamp(want, tile.low, tile.high), 1e-4);
      }
    }
  }
  for (int64_t i = 0; i < length; ++i) {
    if (!written[i]) expect("winograd between pixels", n, i, tile.y[i], before[i], 0);
  }
  check_intact("winograd_output", n);
}

}  // namespace

#endif  // SPINEXR_TEST_KERNELS_WINOGRAD_H_
