// conv, matmul, pool, reduce and copy against plain loops in double: every kernel set, 1 and 3 threads (which
// must agree bit for bit), with gaps around all tensors that must stay untouched.
#include <algorithm>

#include "plan_builder.h"

namespace spinexr::test {
namespace {

constexpr float kInfinity = __builtin_inff();

// Runs the plan on every kernel set and thread count; `expected` in double, tolerance relative to `scale`.
void check(const PlanBuilder& builder, const std::vector<std::pair<int, std::vector<float>>>& inputs, int y,
           int64_t pixels, int64_t channels, int64_t y_stride, const std::vector<double>& expected,
           double tolerance) {
  for_each_isa([&](const KernelTable& kernels) {
    std::vector<float> first;
    for (const int threads : {1, 3}) {
      Fixture fixture(builder, kernels, threads);
      for (int repeat = 0; repeat < 2; ++repeat) {
        for (const auto& [tensor, values] : inputs) fixture.set(tensor, values);
        fixture.run();
      }
      std::vector<float> got;
      for (int64_t p = 0; p < pixels; ++p) {
        for (int64_t c = 0; c < channels; ++c) got.push_back(fixture.tensor<float>(y)[p * y_stride + c]);
      }
      for (size_t i = 0; i < got.size(); ++i) {
        if (std::abs(got[i] - expected[i]) <= tolerance * (1 + std::abs(expected[i]))) continue;
        printf("%s, %d threads, element %zu: expected %.9g, found %.9g\n", kernels.name, threads, i,
               expected[i], static_cast<double>(got[i]));
        EXPECT(!"equal");
      }
      if (threads == 1) first = got;
      EXPECT(got.empty() || memcmp(first.data(), got.data(), got.size() * sizeof(float)) == 0);
      fixture.check_gaps();
    }
  });
}

struct ConvCase {
  int n, c, h, w, o, kernel_h, kernel_w, stride, pad, dilation, group;
  int x_extra, y_extra;  // channels of a wider buffer
  bool bias, residual, scaled, relu, in_place;
  int pool;
  int activation;
  bool computed_weights;
  int algorithm = 0;
};

void test_conv(const ConvCase& t, Random& random) {
  PlanBuilder builder;
  const int ih = (t.h - t.pool) / t.pool + 1, iw = (t.w - t.pool) / t.pool + 1;
  const int oh = (ih + 2 * t.pad - t.dilation * (t.kernel_h - 1) - 1) / t.stride + 1;
  const int ow = (iw + 2 * t.pad - t.dilation * (t.kernel_w - 1) - 1) / t.stride + 1;
  const int xs = t.c + t.x_extra, ys = t.o + t.y_extra, group_c = t.c / t.group, group_o = t.o / t.group;
  const int x = builder.arena({t.n, t.c, t.h, t.w}, xs);
  const int y = builder.arena({t.n, t.o, oh, ow}, ys);
  const std::vector<float> xv = random.reals(int64_t{t.n} * t.h * t.w * xs);
  const std::vector<float> wv = random.reals(int64_t{t.o} * group_c * t.kernel_h * t.kernel_w);
  const std::vector<float> bv = random.reals(t.o), sv = random.reals(t.c), hv = random.reals(t.c),
                           pv = random.reals(t.o);
  const std::vector<float> rv = random.reals(int64_t{t.n} * oh * ow * ys);
  const std::vector<int> weight_dims = {t.o, group_c, t.kernel_h, t.kernel_w};
  const int weight = t.computed_weights ? builder.arena(weight_dims) : builder.constant(weight_dims, wv);
  const int residual = !t.residual ? -1 : t.in_place ? y : builder.arena({t.n, t.o, oh, ow}, ys);
  builder.step(step::conv{.x = x,
                          .weight = weight,
                          .bias = t.bias ? builder.constant({t.o}, bv) : -1,
                          .residual = residual,
                          .pre_scale = t.scaled ? builder.constant({t.c}, sv) : -1,
                          .pre_shift = t.scaled ? builder.constant({t.c}, hv) : -1,
                          .post_scale = t.scaled && t.bias ? builder.constant({t.o}, pv) : -1,
                          .y = y,
                          .kernel_h = t.kernel_h,
                          .kernel_w = t.kernel_w,
                          .stride_h = t.stride,
                          .stride_w = t.stride,
                          .pad_top = t.pad,
                          .pad_left = t.pad,
                          .dilation_h = t.dilation,
                          .dilation_w = t.dilation,
                          .group = t.group,
                          .pre_relu = t.relu,
                          .pool_h = t.pool,
                          .pool_w = t.pool,
                          .pool_stride_h = t.pool,
                          .pool_stride_w = t.pool,
                          .algorithm = t.algorithm,
                          .activation = t.activation,
                          .alpha = -0.4f,
                          .beta = 0.5f});
  // The kernel's input after the prologue.
  const auto input = [&](int n, int c, int py, int px) {
    if (py < 0 || py >= ih || px < 0 || px >= iw) return 0.0;
    double sum = 0;
    for (int dy = 0; dy < t.pool; ++dy) {
      for (int dx = 0; dx < t.pool; ++dx) {
        double v = xv[static_cast<size_t>(((n * t.h + py * t.pool + dy) * t.w + px * t.pool + dx) * xs + c)];
        if (t.scaled) v = v * sv[static_cast<size_t>(c)] + hv[static_cast<size_t>(c)];
        sum += t.relu ? std::max(v, 0.0) : v;
      }
    }
    return sum / (t.pool * t.pool);
  };
  std::vector<double> expected;
  for (int pixel = 0; pixel < t.n * oh * ow; ++pixel) {
    for (int o = 0; o < t.o; ++o) {
      double sum = 0;
      for (int c = 0; c < group_c; ++c) {
        for (int kh = 0; kh < t.kernel_h; ++kh) {
          for (int kw = 0; kw < t.kernel_w; ++kw) {
            sum += wv[static_cast<size_t>(((o * group_c + c) * t.kernel_h + kh) * t.kernel_w + kw)] *
                   input(pixel / (oh * ow), o / group_o * group_c + c,
                         pixel / ow % oh * t.stride - t.pad + kh * t.dilation,
                         pixel % ow * t.stride - t.pad + kw * t.dilation);
          }
        }
      }
      if (t.scaled && t.bias) sum *= pv[static_cast<size_t>(o)];
      if (t.bias) sum += bv[static_cast<size_t>(o)];
      if (t.residual) sum += rv[static_cast<size_t>(pixel * ys + o)];
      if (t.activation == 1) sum = std::max(sum, 0.0);
      if (t.activation == 2) sum = std::min(std::max(sum, double{-0.4f}), 0.5);
      if (t.activation == 4) sum = 1 / (1 + std::exp(-sum));
      expected.push_back(sum);
    }
  }
  std::vector<std::pair<int, std::vector<float>>> inputs = {{x, xv}};
  // Between the pixels of x lie other channels; those of y and the residual must stay as they were.
  if (t.computed_weights) inputs.push_back({weight, wv});
  if (t.residual && t.y_extra == 0) inputs.push_back({residual, rv});
  if (t.residual && t.y_extra > 0) return;
  PlanBuilder padded = builder;
  if (t.x_extra > 0) (void)padded.slice(x, 0, xs);
  // Winograd's sums have terms as large as those of the whole tile, Strassen's as those of a pair of rows,
  // whatever the pixel's own sum.
  const double terms = t.algorithm > 2 ? std::max(1.0, std::sqrt(9 * t.c) / 10) : 1;
  check(padded, inputs, y, int64_t{t.n} * oh * ow, t.o, ys, expected, 2e-5 * terms);
}

void test_convs() {
  Random random(1);
  const ConvCase cases[] = {
      {1, 3, 17, 19, 16, 7, 7, 2, 3, 1, 1, 0, 0, true, false, false, false, false, 1, 1, false},  // a stem
      {2,  70, 7,     7,     33,   1,    1,     1, 0, 1,    1,
       10, 3,  false, false, true, true, false, 1, 0, false},  // dense block 1x1
      {1, 24, 9,    9,     40,    3,     3,     1, 1, 1,    1,
       0, 5,  true, false, false, false, false, 1, 1, false},  // dense block 3x3
      {1, 130, 5, 6, 20, 3, 3, 1, 1, 1, 1, 2, 0, true, true, false, false, false, 1, 1, false},  // depth 1170
      {1, 1300, 2, 3, 34, 1, 1, 1, 0, 1, 1, 0, 0, true, false, true, true, false, 1, 0, false},  // two chunks
      {3, 32, 8,     8,     17,   1,    1,     1, 0, 1,    1,
       7, 0,  false, false, true, true, false, 2, 0, false},  // a transition
      {1, 12, 9,    8,     10,   3,    3,     1, 1, 1,    1,
       3, 0,  true, false, true, true, false, 2, 2, false},                                  // pool, then 3x3
      {1, 8, 1, 1, 8, 3, 3, 1, 1, 1, 1, 0, 0, true, true, false, true, true, 1, 1, false},   // one pixel
      {2, 12, 6, 7, 18, 3, 2, 2, 1, 2, 3, 4, 0, true, true, true, true, true, 1, 4, false},  // groups
      {1, 20, 9, 7, 20, 3, 3, 1, 1, 1, 20, 0, 4, true, false, false, false, false, 1, 1, false},  // depthwise
      {2, 19, 8,     8,    19,   5,    5,    2, 2, 1,    19,
       3, 0,  false, true, true, true, true, 1, 4, false},  // depthwise, all
      {1, 6, 5,    5,     12,    3,     3,     1, 1, 1,    6,
       0, 0, true, false, false, false, false, 1, 0, false},  // multiplier 2
      {1, 10, 6,    6,     12,    3,     3,     1, 1, 1,   2,
       0, 0,  true, false, false, false, false, 1, 0, true},  // computed weights
      {1, 9, 6, 6, 9, 3, 3, 1, 1, 1, 9, 0, 0, true, false, false, false, false, 1, 0, true},  // and depthwise
      {1, 16, 4,    40,    8,     1,     5,     1, 3, 1,    1,
       0, 0,  true, false, false, false, false, 1, 0, false},                                  // wide, padded
      {0, 4, 5, 5, 4, 3, 3, 1, 1, 1, 1, 0, 0, true, false, false, false, false, 1, 0, false},  // no images
      {1, 0, 5, 5, 4, 3, 3, 1, 1, 1, 1, 1, 0, true, false, false, false, false, 1, 0, false},  // no channels
  };
  for (const ConvCase& t : cases) test_conv(t, random);
  for (int i = 0; i < 60; ++i) {
    const int group = 1 + random.below(3);
    const int kernel = 1 + random.below(3), pool = 1 + random.below(2);
    const bool residual = random.below(2) == 0;
    test_conv({1 + random.below(3),
               group * (1 + random.below(24)),
               7 + random.below(6),
               6 + random.below(9),
               group * (1 + random.below(40)),
               kernel,
               1 + random.below(3),
               1 + random.below(2),
               random.below(3),
               1 + random.below(kernel == 1 ? 2 : 1),
               group,
               random.below(4),
               residual ? 0 : random.below(4),
               random.below(2) == 0,
               residual,
               random.below(2) == 0,
               random.below(2) == 0,
               random.below(2) == 0,
               pool,
               random.below(3),
               random.below(5) == 0},
              random);
  }
}

// Both Winograd algorithms: maps of every remainder of a tile, several blocks and panels, all of prologue and
// epilogue, in place.
void test_winograd() {
  Random random(4);
  for (const int algorithm : {3, 4}) {
    const ConvCase cases[] = {
        {1, 24, 21, 34, 40, 3, 3, 1, 1, 1, 1, 5, 3, true, false, false, false, false, 1, 1, false, algorithm},
        {2, 9, 29, 30, 70, 3, 3, 1, 1, 1, 1, 0, 0, true, true, false, false, true, 1, 1, false, algorithm},
        {1, 130, 5, 6, 20, 3, 3, 1, 1, 1, 1, 2, 0, true, true, true, true, false, 1, 4, false, algorithm},
        {1, 1100, 3, 5, 34, 3, 3, 1, 1, 1, 1, 0, 0, true, false, true, true, false, 1, 0, false, algorithm},
        {1, 12, 18, 9, 10, 3, 3, 1, 1, 1, 1, 3, 0, true, false, true, true, false, 2, 2, false, algorithm},
        {1, 8, 1, 1, 8, 3, 3, 1, 1, 1, 1, 0, 0, false, true, false, true, true, 1, 1, false, algorithm},
        {2, 3, 7, 7, 600, 3, 3, 1, 2, 1, 1, 0, 1, true, false, false, false, false, 1, 4, false, algorithm},
        {1, 10, 6, 6, 12, 3, 3, 1, 0, 1, 1, 0, 0, true, false, false, false, false, 1, 0, true, algorithm},
        {0, 4, 5, 5, 4, 3, 3, 1, 1, 1, 1, 0, 0, true, false, false, false, false, 1, 0, false, algorithm},
    };
    for (const ConvCase& t : cases) test_conv(t, random);
    for (int i = 0; i < 30; ++i) {
      const bool residual = random.below(2) == 0;
      test_conv({1 + random.below(3),
                 1 + random.below(40),
                 4 + random.below(12),
                 4 + random.below(12),
                 1 + random.below(70),
                 3,
                 3,
                 1,
                 random.below(4),
                 1,
                 1,
                 random.below(4),
                 residual ? 0 : random.below(4),
                 random.below(2) == 0,
                 residual,
                 random.below(2) == 0,
                 random.below(2) == 0,
                 random.below(2) == 0,
                 1,
                 random.below(3),
                 random.below(5) == 0,
                 algorithm},
                random);
    }
  }
}

// Strassen's algorithm: odd depths, rows and columns, fewer rows than a tile, halves without columns, any
// kernel.
void test_strassen() {
  Random random(5);
  const int algorithm = 5;
  const ConvCase cases[] = {
      {1, 64, 12, 17, 128, 1, 1, 1, 0, 1, 1, 7, 3, true, false, true, true, false, 1, 1, false, algorithm},
      {3, 33, 5, 7, 71, 1, 1, 1, 0, 1, 1, 0, 0, true, true, true, true, true, 1, 4, false, algorithm},
      {2, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, false, false, false, false, false, 1, 0, false, algorithm},
      {1, 2048, 3, 5, 40, 1, 1, 1, 0, 1, 1, 0, 0, true, false, false, true, false, 1, 0, false, algorithm},
      {1, 20, 9, 11, 35, 3, 3, 2, 1, 1, 1, 1, 0, true, false, false, false, false, 1, 1, false, algorithm},
      {1, 24, 10, 8, 50, 1, 1, 1, 0, 1, 1, 0, 2, false, false, true, true, false, 2, 0, false, algorithm},
      {1, 10, 6, 6, 12, 1, 1, 1, 0, 1, 1, 0, 0, true, false, false, false, false, 1, 0, true, algorithm},
      {0, 4, 5, 5, 4, 1, 1, 1, 0, 1, 1, 0, 0, true, false, false, false, false, 1, 0, false, algorithm},
  };
  for (const ConvCase& t : cases) test_conv(t, random);
  for (int i = 0; i < 20; ++i) {
    const int kernel = 1 + 2 * random.below(2);
    test_conv({1 + random.below(3),
               1 + random.below(60),
               4 + random.below(12),
               4 + random.below(12),
               1 + random.below(150),
               kernel,
               kernel,
               1 + random.below(2),
               random.below(2),
               1,
               1,
               random.below(4),
               random.below(4),
               random.below(2) == 0,
               false,
               random.below(2) == 0,
               random.below(2) == 0,
               false,
               1,
               random.below(3),
               random.below(5) == 0,
               algorithm},
              random);
  }
}

void test_matmul(int batch_a, int batch_b, int m, int n, int k, bool trans_a, bool trans_b, bool constant,
                 float scale, Random& random) {
  PlanBuilder builder;
  const int batch = std::max(batch_a, batch_b);
  const std::vector<float> av = random.reals(int64_t{batch_a} * m * k),
                           bv = random.reals(int64_t{batch_b} * k * n);
  const std::vector<float> bias = random.reals(n);
  const int a = builder.arena({batch_a, m, k});
  const int b = constant ? builder.constant({batch_b, k, n}, bv) : builder.arena({batch_b, k, n});
  const int y = builder.arena({batch, m, n});
  builder.step(step::matmul{.a = a,
                            .b = b,
                            .bias = builder.constant({n}, bias),
                            .y = y,
                            .m = m,
                            .n = n,
                            .k = k,
                            .trans_a = trans_a,
                            .trans_b = trans_b,
                            .batch = {1, 1, 1, batch},
                            .a_batch_stride = {0, 0, 0, batch_a > 1 ? m * k : 0},
                            .b_batch_stride = {0, 0, 0, batch_b > 1 ? k * n : 0},
                            .scale = scale,
                            .activation = 1,
                            .alpha = 0,
                            .beta = 0});
  std::vector<double> expected;
  for (int item = 0; item < batch; ++item) {
    const float* const am = av.data() + (batch_a > 1 ? item * m * k : 0);
    const float* const bm = bv.data() + (batch_b > 1 ? item * k * n : 0);
    for (int i = 0; i < m; ++i) {
      for (int j = 0; j < n; ++j) {
        double sum = 0;
        for (int d = 0; d < k; ++d) {
          sum += double{trans_a ? am[d * m + i] : am[i * k + d]} *
                 double{trans_b ? bm[j * k + d] : bm[d * n + j]};
        }
        expected.push_back(std::max(sum * scale + bias[static_cast<size_t>(j)], 0.0));
      }
    }
  }
  std::vector<std::pair<int, std::vector<float>>> inputs = {{a, av}};
  if (!constant) inputs.push_back({b, bv});
  check(builder, inputs, y, int64_t{batch} * m, n, n, expected, 2e-5);
}

void test_matmuls() {
  Random random(2);
  test_matmul(1, 1, 1, 1000, 1024, false, false, true, 1, random);
  test_matmul(1, 1, 1, 37, 1500, false, true, true, 1, random);
  test_matmul(1, 1, 0, 5, 4, false, false, true, 1, random);
  test_matmul(1, 1, 5, 7, 0, false, false, false, 1, random);
  for (int i = 0; i < 40; ++i) {
    const int batch = 1 + random.below(4);
    test_matmul(random.below(2) == 0 ? batch : 1, random.below(2) == 0 ? batch : 1, 1 + random.below(40),
                1 + random.below(70), 1 + random.below(60), random.below(2) == 0, random.below(2) == 0,
                random.below(2) == 0, random.below(2) == 0 ? 1.0f : 0.3f, random);
  }
}

void test_pool(int mode, int include_pad, int kernel, int stride, int pad, int dilation, Random& random) {
  PlanBuilder builder;
  const int n = 2, c = 19, h = 11, w = 9;
  const int oh = (h + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
  const int ow = (w + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
  const int x = builder.arena({n, c, h, w}, c), y = builder.arena({n, c, oh, ow}, c + 2);
  const std::vector<float> xv = random.reals(n * c * h * w);
  builder.step(step::pool{x, y, mode, kernel, kernel, stride, stride, pad, pad, pad, pad, dilation, dilation,
                          include_pad, 3});
  std::vector<double> expected;
  for (int pixel = 0; pixel < n * oh * ow; ++pixel) {
    for (int ch = 0; ch < c; ++ch) {
      double value = mode == 0 ? -kInfinity : 0;
      int count = 0;
      for (int tap = 0; tap < kernel * kernel; ++tap) {
        const int ih = pixel / ow % oh * stride - pad + tap / kernel * dilation;
        const int iw = pixel % ow * stride - pad + tap % kernel * dilation;
        const bool inside = ih >= 0 && ih < h && iw >= 0 && iw < w;
        if (inside || include_pad != 0) ++count;
        if (!inside) continue;
        const double v = xv[static_cast<size_t>(((pixel / (oh * ow) * h + ih) * w + iw) * c + ch)];
        value = mode == 0 ? std::max(value, v) : value + (mode == 1 ? v : std::pow(std::abs(v), 3.0));
      }
      expected.push_back(mode == 0 ? value : mode == 1 ? value / count : std::cbrt(value));
    }
  }
  check(builder, {{x, xv}}, y, int64_t{n} * oh * ow, c, c + 2, expected, 2e-6);
}

void test_reduce(int op, int outer, int n, int inner, Random& random) {
  PlanBuilder builder;
  const int x = builder.arena({outer, n, inner}), y = builder.arena({outer, inner});
  const std::vector<float> xv = random.reals(int64_t{outer} * n * inner);
  builder.step(step::reduce{x, y, op, outer, n, inner, n * inner, inner});
  std::vector<double> expected;
  for (int o = 0; o < outer; ++o) {
    for (int i = 0; i < inner; ++i) {
      double sum = 0, high = -kInfinity, low = kInfinity, product = 1, squares = 0, magnitudes = 0,
             exponentials = 0;
      for (int j = 0; j < n; ++j) {
        const double v = xv[static_cast<size_t>((o * n + j) * inner + i)];
        sum += v;
        high = std::max(high, v);
        low = std::min(low, v);
        product *= v;
        squares += v * v;
        magnitudes += std::abs(v);
        exponentials += std::exp(v);
      }
      const double values[] = {sum,           sum / n,
                               high,          low,
                               product,       squares,
                               magnitudes,    std::sqrt(squares),
                               std::log(sum), std::log(exponentials)};
      expected.push_back(op == 8 ? 0 : values[op]);
    }
  }
  if (op == 8) return;  // the logarithm of a sum of mixed signs; covered by log and sum
  check(builder, {{x, xv}}, y, outer, inner, inner, expected, 2e-6);
}

// A random permutation with random steps through the copy op, among them both layout changes.
void test_copy(const std::vector<int>& dims, const std::vector<int>& permutation, Random& random) {
  PlanBuilder builder;
  std::vector<int> out;
  int64_t elements = 1;
  for (const int d : permutation) out.push_back(dims[static_cast<size_t>(d)]);
  for (const int d : dims) elements *= d;
  const int x = builder.arena(dims), y = builder.arena(out);
  const std::vector<float> xv = random.reals(elements);
  step::copy s{.x = x,
               .y = y,
               .dims = {1, 1, 1, 1, 1, 1, 1, 1},
               .x_stride = {},
               .y_stride = {},
               .x_offset = 0,
               .y_offset = 0};
  const int rank = static_cast<int>(dims.size());
  int stride = 1;
  std::vector<int> x_strides(dims.size());
  for (int d = rank - 1; d >= 0; --d) {
    x_strides[static_cast<size_t>(d)] = stride;
    stride *= dims[static_cast<size_t>(d)];
  }
  stride = 1;
  for (int d = rank - 1; d >= 0; --d) {
    const size_t from = static_cast<size_t>(permutation[static_cast<size_t>(d)]);
    s.dims[d] = dims[from];
    s.x_stride[d] = x_strides[from];
    s.y_stride[d] = stride;
    stride *= dims[from];
  }
  builder.step(s);
  std::vector<double> expected;
  for (int64_t i = 0; i < elements; ++i) {
    int64_t rest = i, at = 0;
    for (int d = rank - 1; d >= 0; --d) {
      at += rest % s.dims[d] * s.x_stride[d];
      rest /= s.dims[d];
    }
    expected.push_back(xv[static_cast<size_t>(at)]);
  }
  check(builder, {{x, xv}}, y, 1, elements, elements, expected, 0);
}

}  // namespace
}  // namespace spinexr::test

int main() {
  using namespace spinexr::test;
  test_convs();
  test_winograd();
  test_strassen();
  test_matmuls();
  Random random(3);
  for (const int mode : {0, 1, 2}) {
    for (const int include_pad : {0, 1}) {
      test_pool(mode, include_pad, 3, 2, 1, 1, random);
      test_pool(mode, include_pad, 2, 1, 0, 2, random);
    }
  }
  for (int op = 0; op < 10; ++op) {
    test_reduce(op, 3, 49, 300, random);
    test_reduce(op, 5, 67, 1, random);
    test_reduce(op, 2, 1, 3, random);
  }
  test_copy({2, 3, 50, 70}, {0, 2, 3, 1}, random);
  test_copy({2, 50, 70, 3}, {0, 3, 1, 2}, random);
  test_copy({3, 4, 5, 2, 6}, {4, 2, 0, 3, 1}, random);
  test_copy({7, 130}, {1, 0}, random);
  test_copy({2, 3, 4}, {2, 1, 0}, random);
  test_copy({2, 3, 4}, {0, 1, 2}, random);
  puts("ops: good");
  return 0;
}
