// Every kernel of every table that this processor runs, against the same formula in double. Operands end
// where an inaccessible page begins (where the system has pages) and have guard words in front: a read or
// write past an end is a crash, a write before the start is found. Prints one line per table; exit status 1
// if anything differs.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <vector>

#include "kernels/kernel_table.h"
#include "kernels/winograd_points.h"

#ifndef __wasm__
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace {

using spinexr::BinaryOp;
using spinexr::GemmTile;
using spinexr::kBandRows;
using spinexr::KernelTable;
using spinexr::kPackedStride;
using spinexr::kWeightBits;
using spinexr::StrassenSums;
using spinexr::UnaryOp;

constexpr int kSizes[] = {0, 1, 3, 7, 15, 16, 17, 31, 33, 64, 100, 1023};
constexpr float kInf = INFINITY;
constexpr float kUlp = 1.1920929e-7f;  // distance of neighbours, relative
constexpr float kTiny = 3e-45f;        // two denormal steps: results that underflow
const float kSpecial[] = {NAN,    kInf,    -kInf,  0.0f,     -0.0f,     1.0f,    -1.0f,  0.5f,    -2.5f,
                          3e38f,  -3e38f,  1e-38f, -1e-38f,  1e-45f,    1e-5f,   -1e-5f, 88.72f,  88.73f,
                          89.5f,  -87.33f, -87.4f, -103.9f,  -104.1f,   -200.0f, 200.0f, 0.3466f, -0.3466f,
                          0.625f, -3.0f,   3.0f,   -2.9999f, 8388609.f, -0.75f,  1e-20f, -1e-20f};

const char* table_name = "";
int failures = 0;
long checks = 0;

void fail(const char* kernel, int64_t n, int64_t index, double got, double want) {
  if (++failures <= 20) {
    printf("%s %s: n %lld, element %lld is %.9g, expected %.9g\n", table_name, kernel,
           static_cast<long long>(n), static_cast<long long>(index), got, want);
  }
}

void expect(const char* kernel, int64_t n, int64_t index, float got, double want, double tolerance) {
  ++checks;
  const float rounded = static_cast<float>(want);
  if (isnan(rounded) ? isnan(got) : (got == rounded || fabs(got - want) <= tolerance)) return;
  fail(kernel, n, index, got, want);
}

uint64_t seed = 88172645463325252u;
// In [low, high): xorshift64.
float uniform(float low, float high) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return low + (high - low) * static_cast<float>(seed >> 40) / 16777216.0f;
}

// Memory for one operand at a time.
class Operand {
 public:
  Operand() {
#ifdef __wasm__
    end_ = static_cast<float*>(malloc(kBytes)) + kBytes / sizeof(float);
#else
    const size_t page = sysconf(_SC_PAGESIZE);
    char* memory = static_cast<char*>(
        mmap(nullptr, kBytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (memory == MAP_FAILED || mprotect(memory + kBytes, page, PROT_NONE) != 0) abort();
    end_ = reinterpret_cast<float*>(memory + kBytes);
#endif
    fill(0);
  }
  // n elements in [low, high), the last one at the end of the memory: unaligned for most n.
  float* fill(int64_t n, float low = -4, float high = 4) {
    n_ = n;
    float* p = end_ - n;
    for (int64_t i = 0; i < n; ++i) p[i] = uniform(low, high);
    for (int64_t i = 1; i <= kGuards; ++i) memcpy(p - i, &kGuard, sizeof kGuard);
    return p;
  }
  bool intact() const {
    for (int64_t i = 1; i <= kGuards; ++i) {
      if (memcmp(end_ - n_ - i, &kGuard, sizeof kGuard) != 0) return false;
    }
    return true;
  }

 private:
  static constexpr size_t kBytes = 1 << 18;
  static constexpr int64_t kGuards = 64;
  static constexpr uint32_t kGuard = 0x7fc5a5a5;
  float* end_;
  int64_t n_ = 0;
};

Operand operands[7];

double clamp(double v, double low, double high) {
  if (v < low) v = low;
  return v > high ? high : v;
}
double larger(double a, double b) { return isnan(a) || a > b ? a : b; }
double smaller(double a, double b) { return isnan(a) || a < b ? a : b; }

void check_intact(const char* kernel, int64_t n) {
  for (const Operand& operand : operands) {
    ++checks;
    if (!operand.intact()) fail(kernel, n, -1, NAN, NAN);
  }
}

void put_specials(float* p, int64_t n) {
  const int64_t count = sizeof kSpecial / sizeof kSpecial[0];
  for (int64_t i = 0; i < n && i < count; ++i) p[i] = kSpecial[i];
}

// kernel(y, x, v, w) on fresh operands; want(y, x, v, w) of one element in double; size(...) of the terms
// that rounding errors scale with.
template <class Kernel, class Want, class Size>
void check_loop(const char* name, bool specials, Kernel kernel, Want want, Size size) {
  for (const int n : kSizes) {
    float* y = operands[0].fill(n);
    float* x = operands[1].fill(n);
    float* v = operands[2].fill(n);
    float* w = operands[3].fill(n);
    if (specials) put_specials(x, n);
    const std::vector<float> before(y, y + n);
    kernel(y, x, v, w, n);
    for (int i = 0; i < n; ++i) {
      const double expected = want(before[i], x[i], v[i], w[i]);
      expect(name, n, i, y[i], expected, 2 * kUlp * size(before[i], x[i], v[i], w[i]) + kTiny);
    }
    check_intact(name, n);
  }
}

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

void check_elementwise(const KernelTable& t) {
  for (const bool specials : {false, true}) {
    for (const float low : {-kInf, 0.0f, -1.0f}) {
      for (const float high : {kInf, 6.0f}) {
        check_loop(
            "scale_shift", specials,
            [&](float* y, float* x, float* v, float* w, int n) { t.scale_shift(y, x, v, w, n, low, high); },
            [&](double, double x, double v, double w) { return clamp(x * v + w, low, high); },
            [](double, double x, double v, double w) { return fabs(x * v) + fabs(w); });
        check_loop(
            "scale_shift_add", specials,
            [&](float* y, float* x, float* v, float* w, int n) {
              t.scale_shift_add(y, x, v, w, n, low, high);
            },
            [&](double y, double x, double v, double w) { return y + clamp(x * v + w, low, high); },
            [](double y, double x, double v, double w) { return fabs(y) + fabs(x * v) + fabs(w); });
        check_loop(
            "affine", specials,
            [&](float* y, float* x, float*, float*, int n) { t.affine(y, x, 0.75f, -0.5f, n, low, high); },
            [&](double, double x, double, double) { return clamp(x * 0.75 - 0.5, low, high); },
            [](double, double x, double, double) { return fabs(x) + 1; });
      }
    }
    check_loop(
        "affine in place", specials,
        [&](float* y, float* x, float*, float*, int n) {
          memcpy(y, x, n * sizeof(float));
          t.affine(y, y, 1, 0, n, 0, kInf);
        },
        [](double, double x, double, double) { return clamp(x, 0, kInf); },
        [](double, double, double, double) { return 0.0; });
    check_loop(
        "axpy", specials, [&](float* y, float* x, float*, float*, int n) { t.axpy(y, x, 0.3f, n); },
        [](double y, double x, double, double) { return y + x * 0.3f; },
        [](double y, double x, double, double) { return fabs(y) + fabs(x); });
    check_loop(
        "multiply_add", specials,
        [&](float* y, float* x, float* v, float*, int n) { t.multiply_add(y, x, v, n); },
        [](double y, double x, double v, double) { return y + x * v; },
        [](double y, double x, double v, double) { return fabs(y) + fabs(x * v); });
    const auto zero = [](double, double, double, double) { return 0.0; };
    check_loop(
        "max_into", specials, [&](float* y, float* x, float*, float*, int n) { t.max_into(y, x, n); },
        [](double y, double x, double, double) { return larger(y, x); }, zero);
    check_loop(
        "max_into, NaN in y", specials,
        [&](float* y, float* x, float* v, float*, int n) {
          memcpy(y, x, n * sizeof(float));
          t.max_into(y, v, n);
        },
        [](double, double x, double v, double) { return larger(x, v); }, zero);
    check_loop(
        "min_into", specials, [&](float* y, float* x, float*, float*, int n) { t.min_into(y, x, n); },
        [](double y, double x, double, double) { return smaller(y, x); }, zero);
    check_loop(
        "min_into, NaN in y", specials,
        [&](float* y, float* x, float* v, float*, int n) {
          memcpy(y, x, n * sizeof(float));
          t.min_into(y, v, n);
        },
        [](double, double x, double v, double) { return smaller(x, v); }, zero);
  }
}

double binary_want(BinaryOp op, double a, double b) {
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
      return smaller(a, b);
    case BinaryOp::kMax:
      return larger(a, b);
    default:
      return a < 0 ? a * b : a;
  }
}

void check_binary(const KernelTable& t) {
  for (const BinaryOp op : {BinaryOp::kAdd, BinaryOp::kSub, BinaryOp::kMul, BinaryOp::kDiv, BinaryOp::kMin,
                            BinaryOp::kMax, BinaryOp::kPrelu}) {
    for (const int n : kSizes) {
      for (int steps = 0; steps < 4; ++steps) {
        for (const bool in_place : {false, true}) {
          const int a_step = steps & 1, b_step = steps >> 1;
          float* y = operands[0].fill(n);
          float* a = operands[1].fill(a_step ? n : 1);
          float* b = operands[2].fill(b_step ? n : 1);
          if (a_step) put_specials(a, n);
          if (b_step) put_specials(b + (n > 50 ? 7 : 0), n > 50 ? n - 7 : 0);
          const bool reuse = in_place && a_step;
          if (reuse) memcpy(y, a, n * sizeof(float));
          t.binary(static_cast<int>(op), y, reuse ? y : a, a_step, b, b_step, n);
          for (int i = 0; i < n; ++i) {
            const double want = binary_want(op, a[i * a_step], b[i * b_step]);
            expect("binary", n, i, y[i], want, kUlp * fabs(want) + kTiny);
          }
          check_intact("binary", n);
        }
      }
    }
  }
}

constexpr float kAlpha = 0.2f, kBeta = 0.5f;
struct UnaryCase {
  UnaryOp op;
  const char* name;
  double (*want)(double x);
  double absolute;  // tolerance beside the relative one
};
const UnaryCase kUnary[] = {
    {UnaryOp::kRelu, "relu", [](double x) { return clamp(x, 0, kInf); }, 0},
    {UnaryOp::kClip, "clip", [](double x) { return clamp(x, kAlpha, kBeta); }, 0},
    {UnaryOp::kLeakyRelu, "leakyRelu", [](double x) { return x < 0 ? x * kAlpha : x; }, 0},
    {UnaryOp::kSigmoid, "sigmoid", [](double x) { return 1 / (1 + exp(-x)); }, 0},
    {UnaryOp::kTanh, "tanh", [](double x) { return tanh(x); }, 0},
    {UnaryOp::kSilu, "silu", [](double x) { return x / (1 + exp(-x)); }, 2e-43},  // sigmoid may be denormal
    {UnaryOp::kHardSigmoid, "hardSigmoid", [](double x) { return clamp(x * kAlpha + kBeta, 0, 1); }, 1e-7},
    {UnaryOp::kHardSwish, "hardSwish", [](double x) { return x * (clamp(x + 3, 0, 6) / 6); }, 0},
    {UnaryOp::kAbs, "abs", [](double x) { return fabs(x); }, 0},
    {UnaryOp::kNeg, "neg", [](double x) { return -x; }, 0},
    {UnaryOp::kExp, "exp", [](double x) { return exp(x); }, 0},
    {UnaryOp::kSqrt, "sqrt", [](double x) { return sqrt(x); }, 0},
    {UnaryOp::kReciprocal, "reciprocal", [](double x) { return 1 / x; }, 0},
    {UnaryOp::kFloor, "floor", [](double x) { return floor(x); }, 0},
    {UnaryOp::kCeil, "ceil", [](double x) { return ceil(x); }, 0},
    {UnaryOp::kElu, "elu", [](double x) { return x < 0 ? kAlpha * expm1(x) : x; }, 0},
};

double worst_unary;
const char* worst_unary_name;

void check_unary_values(const KernelTable& t, const UnaryCase& c, int n, const float* x) {
  float* y = operands[0].fill(n);
  if (!t.unary(static_cast<int>(c.op), y, x, n, kAlpha, kBeta)) return;
  for (int i = 0; i < n; ++i) {
    const double want = c.want(x[i]);
    expect(c.name, n, i, y[i], want, 4e-7 * fabs(want) + c.absolute + kTiny);
    const double error = fabs(y[i] - want) / fabs(want);
    if (c.absolute < 1e-40 && fabs(want) > 1e-35 && isfinite(error) && error > worst_unary) {
      worst_unary = error;
      worst_unary_name = c.name;
    }
  }
  check_intact(c.name, n);
}

void check_unary(const KernelTable& t) {
  worst_unary = 0;
  worst_unary_name = "";
  for (const UnaryCase& c : kUnary) {
    for (const int n : kSizes) {
      float* x = operands[1].fill(n);
      put_specials(x, n);
      check_unary_values(t, c, n, x);
    }
    for (const float range : {1e-30f, 1e-6f, 1e-2f, 0.4f, 1.0f, 10.0f, 106.0f}) {
      for (int repeat = 0; repeat < 4; ++repeat) {
        check_unary_values(t, c, 4096, operands[1].fill(4096, -range, range));
      }
    }
  }
  if (t.unary(static_cast<int>(UnaryOp::kErf), nullptr, nullptr, 0, 0, 0) != 0) fail("unary erf", 0, 0, 1, 0);
}

void check_reductions(const KernelTable& t) {
  for (const int n : {0, 1, 3, 7, 16, 17, 33, 63, 64, 65, 100, 1023, 4096, 60001}) {
    for (const float offset : {0.0f, 1000.0f}) {
      const float* a = operands[0].fill(n, offset - 1, offset + 1);
      const float* b = operands[1].fill(n);
      double sum = 0, magnitude = 0, squares = 0, dot = 0, dot_magnitude = 0, best = -kInf;
      const double mean = offset + 0.01;
      for (int i = 0; i < n; ++i) {
        sum += a[i];
        magnitude += fabs(a[i]);
        squares += (a[i] - mean) * (a[i] - mean);
        dot += static_cast<double>(a[i]) * b[i];
        dot_magnitude += fabs(static_cast<double>(a[i]) * b[i]);
        best = larger(best, a[i]);
      }
      const auto expect_double = [&](const char* name, double got, double want, double tolerance) {
        ++checks;
        if (!(fabs(got - want) <= tolerance)) fail(name, n, 0, got, want);
      };
      expect_double("sum", t.sum(a, n), sum, 1e-6 * magnitude);
      expect_double("sum_squared_difference", t.sum_squared_difference(a, mean, n), squares, 1e-6 * squares);
      expect_double("dot", t.dot(a, b, n), dot, 1e-6 * dot_magnitude);
      expect("max", n, 0, t.max(a, n), best, 0);
    }
  }
  for (int n = 1; n < 70; ++n) {
    float* x = operands[0].fill(n);
    x[n * 2 / 3] = NAN;
    expect("max of NaN", n, 0, t.max(x, n), NAN, 0);
  }
}

void check_transpose(const KernelTable& t) {
  for (const int rows : {0, 1, 3, 4, 5, 16, 17, 33}) {
    for (const int cols : {0, 1, 3, 4, 7, 16, 35}) {
      const int x_stride = cols + 2, y_stride = rows + 3;
      const float* x = operands[1].fill(rows && cols ? (rows - 1) * x_stride + cols : 0);
      const int64_t n = rows && cols ? (cols - 1) * y_stride + rows : 0;
      float* y = operands[0].fill(n);
      const std::vector<float> before(y, y + n);
      t.transpose(y, y_stride, x, x_stride, rows, cols);
      for (int64_t i = 0; i < n; ++i) {
        const int64_t r = i % y_stride, c = i / y_stride;
        expect("transpose", n, i, y[i], r < rows ? x[r * x_stride + c] : before[i], 0);
      }
      check_intact("transpose", n);
    }
  }
}

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

void check_selection() {
  using spinexr::kernel_names;
  using spinexr::select_kernels;
  if (select_kernels("no such kernels") != nullptr) fail("select_kernels", 0, 0, 1, 0);
  const KernelTable* best = select_kernels(nullptr);
  if (best == nullptr || select_kernels("") != best ||
      strncmp(kernel_names(), best->name, strlen(best->name)) != 0) {
    fail("select_kernels", 0, 1, 1, 0);
  }
}

}  // namespace

int main() {
  check_selection();
  const std::vector<char> names(spinexr::kernel_names(),
                                spinexr::kernel_names() + strlen(spinexr::kernel_names()) + 1);
  std::vector<char> text = names;
  for (char* name = strtok(text.data(), " "); name != nullptr; name = strtok(nullptr, " ")) {
    const KernelTable* table = spinexr::select_kernels(name);
    if (table == nullptr || strcmp(table->name, name) != 0) {
      fail("select_kernels", 0, 2, 1, 0);
      continue;
    }
    table_name = table->name;
    const int failed_before = failures;
    checks = 0;
    check_gemm(*table);
    check_strassen_sums(*table);
    check_copy_rows(*table);
    check_elementwise(*table);
    check_binary(*table);
    check_unary(*table);
    check_reductions(*table);
    check_transpose(*table);
    check_pixels(*table);
    for (const int m : {2, 4}) {
      for (const int n : {1, 3, 4, 7, 16, 17, 33, 100}) {
        for (int options = 0; options < 48; ++options) check_winograd(*table, m, n, options);
      }
    }
    printf("%s: %ld checks, %d failed, worst unary error %.2g (%s)\n", table_name, checks,
           failures - failed_before, worst_unary, worst_unary_name);
  }
  return failures == 0 ? 0 : 1;
}
