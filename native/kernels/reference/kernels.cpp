// Plain loops without intrinsics: the fallback on a processor without the instructions of the other folders,
// and the text to compare them with. What each kernel computes is said in kernels.inc.
#include <stddef.h>
#include <stdint.h>

#include "clamp.h"
#include "kernels/generic/compiler.h"
#include "kernels/kernel_table.h"
#include "pixels.h"
#include "winograd.h"

namespace spinexr::reference {
namespace {

constexpr int kRows = 4;
constexpr int kCols = 8;

// `a != a` is true for NaN only.
inline float max_keep_nan(float a, float b) { return a > b || a != a ? a : b; }
inline float min_keep_nan(float a, float b) { return a < b || a != a ? a : b; }

// The row count is a template argument so that the accumulators become registers.
template <int kTileRows>
void gemm_rows(const GemmTile& t) {
  float sum[kTileRows][kCols] = {};
  for (int k = 0; k < t.depth; ++k) {
    SPX_UNROLL
    for (int i = 0; i < kTileRows; ++i) {
      const float element = t.a[i * kPackedStride + k];
      // Left as a loop, g++ makes vectors of it; unrolled, scalars.
      SPX_NO_UNROLL
      for (int j = 0; j < kCols; ++j) sum[i][j] += element * t.b[k * kCols + j];
    }
  }
  for (int i = 0; i < kTileRows; ++i) {
    float* c = t.c + i * t.ldc;
    for (int j = 0; j < t.cols; ++j) {
      float v = sum[i][j];
      if (t.addend) v += t.addend[i * t.ld_addend + j];
      if (t.last) {
        if (t.scale) v *= t.scale[j];
        if (t.bias) v += t.bias[j];
        if (t.residual) v += t.residual[i * t.ldr + j];
        v = clamp(v, t.low, t.high);
      }
      c[j] = v;
    }
  }
}

void gemm_tile(const GemmTile* tile) {
  switch (tile->rows) {
    case 1:
      return gemm_rows<1>(*tile);
    case 2:
      return gemm_rows<2>(*tile);
    case 3:
      return gemm_rows<3>(*tile);
    default:
      return gemm_rows<kRows>(*tile);
  }
}

void strassen_sums(const StrassenSums* row, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float a11 = row->a11[i], a21 = row->a21[i];
    const float s1 = a21 + row->a22[i], s2 = s1 - a11;
    row->s1[i] = s1;
    row->s2[i] = s2;
    row->s3[i] = a11 - a21;
    row->s4[i] = row->a12[i] - s2;
  }
}

void copy_rows(float* y, int64_t y_stride, const float* x, int64_t x_stride, int64_t rows, int64_t n) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < n; ++j) y[i * y_stride + j] = x[i * x_stride + j];
  }
}

void scale_shift(float* y, const float* x, const float* scale, const float* shift, int64_t n, float low,
                 float high) {
  for (int64_t i = 0; i < n; ++i) y[i] = clamp(x[i] * scale[i] + shift[i], low, high);
}

void scale_shift_add(float* y, const float* x, const float* scale, const float* shift, int64_t n, float low,
                     float high) {
  for (int64_t i = 0; i < n; ++i) y[i] += clamp(x[i] * scale[i] + shift[i], low, high);
}

void affine(float* y, const float* x, float a, float b, int64_t n, float low, float high) {
  for (int64_t i = 0; i < n; ++i) y[i] = clamp(x[i] * a + b, low, high);
}

void axpy(float* y, const float* x, float a, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] += x[i] * a;
}

void multiply_add(float* y, const float* x, const float* w, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] += x[i] * w[i];
}

void max_into(float* y, const float* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = max_keep_nan(y[i], x[i]);
}

void min_into(float* y, const float* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = min_keep_nan(y[i], x[i]);
}

float apply(BinaryOp op, float a, float b) {
  switch (op) {
    case BinaryOp::kAdd:
      return a + b;
    case BinaryOp::kSub:
      return a - b;
    case BinaryOp::kMul:
      return a * b;
    case BinaryOp::kDiv:
      return a / b;
    case BinaryOp::kMin:
      return min_keep_nan(a, b);
    case BinaryOp::kMax:
      return max_keep_nan(a, b);
    default:  // kPrelu
      return a < 0 ? a * b : a;
  }
}

void binary(int op, float* y, const float* a, int a_step, const float* b, int b_step, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = apply(static_cast<BinaryOp>(op), a[i * a_step], b[i * b_step]);
}

// Only what needs no mathematical library: the caller computes the rest in double, which makes it the oracle
// of the polynomials in generic/exponential.h.
int unary(int op, float* y, const float* x, int64_t n, float alpha, float beta) {
  switch (static_cast<UnaryOp>(op)) {
    case UnaryOp::kRelu:
      for (int64_t i = 0; i < n; ++i) y[i] = x[i] < 0 ? 0 : x[i];
      return 1;
    case UnaryOp::kClip:
      for (int64_t i = 0; i < n; ++i) y[i] = clamp(x[i], alpha, beta);
      return 1;
    case UnaryOp::kLeakyRelu:
      for (int64_t i = 0; i < n; ++i) y[i] = x[i] < 0 ? x[i] * alpha : x[i];
      return 1;
    case UnaryOp::kHardSigmoid:
      for (int64_t i = 0; i < n; ++i) y[i] = clamp(x[i] * alpha + beta, 0, 1);
      return 1;
    case UnaryOp::kHardSwish:
      for (int64_t i = 0; i < n; ++i) y[i] = x[i] * (clamp(x[i] + 3, 0, 6) * (1.0f / 6));
      return 1;
    case UnaryOp::kAbs:
      for (int64_t i = 0; i < n; ++i) y[i] = __builtin_fabsf(x[i]);
      return 1;
    case UnaryOp::kNeg:
      for (int64_t i = 0; i < n; ++i) y[i] = -x[i];
      return 1;
    case UnaryOp::kReciprocal:
      for (int64_t i = 0; i < n; ++i) y[i] = 1 / x[i];
      return 1;
    default:
      return 0;
  }
}

double sum(const float* x, int64_t n) {
  double total = 0;
  for (int64_t i = 0; i < n; ++i) total += x[i];
  return total;
}

double sum_squared_difference(const float* x, double mean, int64_t n) {
  double total = 0;
  for (int64_t i = 0; i < n; ++i) total += (x[i] - mean) * (x[i] - mean);
  return total;
}

float max(const float* x, int64_t n) {
  float best = -__builtin_inff();
  for (int64_t i = 0; i < n; ++i) best = max_keep_nan(best, x[i]);
  return best;
}

float dot(const float* a, const float* b, int64_t n) {
  double total = 0;
  for (int64_t i = 0; i < n; ++i) total += static_cast<double>(a[i]) * b[i];
  return static_cast<float>(total);
}

void transpose(float* y, int64_t y_stride, const float* x, int64_t x_stride, int64_t rows, int64_t cols) {
  for (int64_t c = 0; c < cols; ++c)
    for (int64_t r = 0; r < rows; ++r) y[c * y_stride + r] = x[r * x_stride + c];
}

}  // namespace

extern const KernelTable kTable = {
    "reference",
    kRows,
    kCols,
#define SPX_KERNEL(result, name, parameters) name,
#include "kernels/kernels.inc"
#undef SPX_KERNEL
};

}  // namespace spinexr::reference
