// Every kernel of every table that this processor runs, against the same formula in double. Operands end
// where an inaccessible page begins (where the system has pages) and have guard words in front: a read or
// write past an end is a crash, a write before the start is found. Prints one line per table; exit status 1
// if anything differs.
#include "kernel_checks.h"
#include "kernel_matrix_checks.h"
#include "kernel_pixel_checks.h"

namespace {

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
