// The kernels of matrix products and of the algorithms around them.
#ifndef SPINEXR_TEST_CPP_KERNEL_MATRIX_CHECKS_H_
#define SPINEXR_TEST_CPP_KERNEL_MATRIX_CHECKS_H_

#include "kernel_checks.h"
#include "kernels/winograd_points.h"

namespace {

void check_strassen_sums(const KernelTable& t) {
  for (const int n : kSizes) {
    float* in[4];
    for (int i = 0; i < 4; ++i) in[i] = operands[i].fill(n);
    float* out[3];
    for (int i = 0; i < 3; ++i) out[i] = operands[4 + i].fill(n);
    const std::vector<float> a21(in[2], in[2] + n);
    // s3 in place of a21, as the op does it.
    const StrassenSums row = {in[0], in[1], in[2], in[3], out[0], out[1], in[2], out[2]};
    t.strassen_sums(&row, n);
    for (int i = 0; i < n; ++i) {
      const double a11 = in[0][i], a12 = in[1][i], s1 = double{a21[i]} + in[3][i], s2 = s1 - a11;
      const double size = 2 * kUlp * (fabs(a11) + fabs(a12) + fabs(a21[i]) + fabs(in[3][i]));
      expect("strassen_sums s1", n, i, out[0][i], s1, size);
      expect("strassen_sums s2", n, i, out[1][i], s2, size);
      expect("strassen_sums s3", n, i, in[2][i], a11 - a21[i], size);
      expect("strassen_sums s4", n, i, out[2][i], a12 - s2, size);
    }
    check_intact("strassen_sums", n);
  }
}

void check_copy_rows(const KernelTable& t) {
  for (const int64_t columns : {1, 3, 16, 21, 64, 67}) {
    for (const int64_t rows : {0, 1, 2, 5}) {
      const int64_t y_stride = columns + 2,
                    x_stride = columns == 3 ? 2 : columns + 5;  // rows of x may overlap
      const int64_t n = rows * y_stride;
      float* y = operands[0].fill(n);
      const float* x = operands[1].fill(rows * x_stride + columns);
      const std::vector<float> before(y, y + n);
      t.copy_rows(y, y_stride, x, x_stride, rows, columns);
      for (int64_t i = 0; i < n; ++i) {
        const int64_t row = i / y_stride, column = i % y_stride;
        expect("copy_rows", n, i, y[i], column < columns ? x[row * x_stride + column] : before[i], 0);
      }
      check_intact("copy_rows", n);
    }
  }
}

// One tile: product and magnitude hold the double sums of all mr x nr elements and of their terms'
// magnitudes.
void check_gemm_tile(const KernelTable& t, GemmTile tile, int options, const std::vector<double>& product,
                     const std::vector<double>& magnitude) {
  const bool has_bias = options & 2, has_residual = options & 4, clamped = options & 8;
  const bool scaled = has_bias && (options & 32);
  tile.last = options & 16;
  tile.ldc = tile.cols + 5;
  tile.ldr = tile.cols + 2;
  const int64_t n = (tile.rows - 1) * tile.ldc + tile.cols;
  tile.c = operands[2].fill(n);
  // Half of the time the addend lies elsewhere.
  const bool added = options & 1, apart = added && (tile.rows + tile.depth) % 2;
  tile.ld_addend = apart ? tile.cols + 3 : tile.ldc;
  tile.addend = apart   ? operands[6].fill((tile.rows - 1) * tile.ld_addend + tile.cols)
                : added ? tile.c
                        : nullptr;
  tile.bias = has_bias ? operands[3].fill(tile.cols) : nullptr;
  tile.scale = scaled ? operands[5].fill(tile.cols) : nullptr;
  tile.residual = has_residual ? operands[4].fill((tile.rows - 1) * tile.ldr + tile.cols) : nullptr;
  tile.low = clamped ? 0 : -kInf;
  tile.high = clamped ? 3 : kInf;
  const std::vector<float> before(tile.c, tile.c + n);
  t.gemm_tile(&tile);
  for (int64_t index = 0; index < n; ++index) {
    const int64_t i = index / tile.ldc, j = index % tile.ldc;
    double want = before[index], tolerance = 0;
    if (j < tile.cols) {
      want = product[i * t.nr + j];
      if (added) want += apart ? tile.addend[i * tile.ld_addend + j] : before[index];
      if (tile.last) {
        if (scaled) want *= tile.scale[j];
        if (has_bias) want += tile.bias[j];
        if (has_residual) want += tile.residual[i * tile.ldr + j];
        want = clamp(want, tile.low, tile.high);
      }
      tolerance = (tile.depth + 3) * (kUlp / 2) * (magnitude[i * t.nr + j] + 12);
    }
    expect("gemm_tile", tile.depth, index, tile.c[index], want, tolerance);
  }
  check_intact("gemm_tile", n);
}

void check_gemm(const KernelTable& t) {
  for (const int depth : {1, 2, 5, 64, 1024}) {
    GemmTile tile = {};
    tile.depth = depth;
    const float* b = operands[1].fill(depth * t.nr, -1, 1);
    tile.b = b;
    for (tile.rows = 1; tile.rows <= t.mr; ++tile.rows) {
      float* a = operands[0].fill((tile.rows - 1) * kPackedStride + depth, -1, 1);
      tile.a = a;
      // One row of NaN: it must reach the result through the clamp, and no other row.
      if (tile.rows > 1) a[kPackedStride] = NAN;
      std::vector<double> product(tile.rows * t.nr), magnitude(tile.rows * t.nr);
      for (int i = 0; i < tile.rows; ++i) {
        for (int k = 0; k < depth; ++k) {
          for (int j = 0; j < t.nr; ++j) {
            const double term = static_cast<double>(a[i * kPackedStride + k]) * b[k * t.nr + j];
            product[i * t.nr + j] += term;
            magnitude[i * t.nr + j] += fabs(term);
          }
        }
      }
      for (tile.cols = 1; tile.cols <= t.nr; ++tile.cols) {
        // All options with whole tiles, one of them with each count of columns.
        const bool all = tile.cols == t.nr || tile.cols == t.nr / 2 + 1;
        for (int options = all ? 0 : (tile.cols * 11 + depth) % 64; options < 64; options += all ? 1 : 64) {
          check_gemm_tile(t, tile, options, product, magnitude);
        }
      }
    }
  }
}

// G's element of a position and a tap.
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

// G g G^T of n filters: returned, (n + 3) from position to position.
std::vector<float> check_winograd_weights(const KernelTable& t, int m, int64_t n, const float* filters,
                                          int64_t w_stride) {
  const int size = m + 2;
  const int64_t stride = n + 3;
  float* const v = operands[1].fill((size * size - 1) * stride + n);
  t.winograd_weights(m, v, stride, filters, w_stride, n);
  check_intact("winograd_weights", n);
  for (int i = 0; i < size * size; ++i) {
    for (int64_t k = 0; k < n; ++k) {
      double want = 0, magnitude = 0;
      for (int tap = 0; tap < 9; ++tap) {
        const double term = winograd_weight(m, i / size, tap / 3) * winograd_weight(m, i % size, tap % 3) *
                            filters[tap * w_stride + k];
        want += term;
        magnitude += fabs(term);
      }
      expect("winograd_weights", n, i * n + k, v[i * stride + k], want, 4 * kUlp * magnitude + kTiny);
    }
  }
  return std::vector<float>(v, v + (size * size - 1) * stride + n);
}

// By the definition of a convolution, whatever the matrices.
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

  const int64_t w_stride = n + 1;
  const float* const filters = operands[6].fill(8 * w_stride + n, -0.5, 0.5);
  const std::vector<float> weights = check_winograd_weights(t, m, n, filters, w_stride);
  float* const products = operands[1].fill((count - 1) * stride + n);
  for (int i = 0; i < count; ++i) {
    for (int64_t c = 0; c < n; ++c) products[i * stride + c] = weights[i * stride + c] * sums[i * stride + c];
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
        double want = 0;
        for (int tap = 0; tap < 9; ++tap) {
          want += double{filters[tap * w_stride + c]} * x[(i + tap / 3) * size + j + tap % 3][c];
        }
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

#endif  // SPINEXR_TEST_CPP_KERNEL_MATRIX_CHECKS_H_
