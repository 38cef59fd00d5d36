// pool, reduce, softmax, normalize and arg_reduce.
#include "elementwise_harness.h"
#include "plan/enums.h"

namespace spinexr::test {
namespace {

struct Pool {
  int n, c, h, w, kernel_h, kernel_w, stride_h, stride_w, pad, dilation, x_gap, y_gap;
};
constexpr Pool kPools[] = {
    {1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0},    {3, 8, 7, 9, 3, 3, 2, 2, 1, 1, 0, 8},
    {1, 13, 6, 5, 2, 3, 1, 2, 1, 1, 3, 0},   {2, 24, 9, 8, 3, 2, 1, 1, 2, 2, 8, 0},
    {1, 16, 5, 5, 13, 13, 1, 1, 6, 1, 0, 0}, {1, 4, 11, 4, 11, 4, 1, 1, 0, 1, 4, 4},
    {1, 3, 2, 2, 2, 2, 3, 3, 4, 3, 0, 1},
};

void test_pool() {
  for (const Pool& t : kPools) {
    for (int variant = 0; variant < 7; ++variant) {
      check("pool",
            [=](PlanBuilder& builder, DType real, Random&) {
              const int oh = (t.h + 2 * t.pad - t.dilation * (t.kernel_h - 1) - 1) / t.stride_h + 1;
              const int ow = (t.w + 2 * t.pad + 1 - t.dilation * (t.kernel_w - 1) - 1) / t.stride_w + 1;
              const int x = builder.arena({t.n, t.c, t.h, t.w}, t.c + t.x_gap, real);
              const int y = builder.arena({t.n, t.c, oh, ow}, t.c + t.y_gap, real);
              const PoolMode mode = variant < 2   ? PoolMode::kMax
                                    : variant < 4 ? PoolMode::kAverage
                                                  : PoolMode::kLp;
              builder.step(step::pool{.x = x,
                                      .y = y,
                                      .mode = static_cast<int32_t>(mode),
                                      .kernel_h = t.kernel_h,
                                      .kernel_w = t.kernel_w,
                                      .stride_h = t.stride_h,
                                      .stride_w = t.stride_w,
                                      .pad_top = t.pad,
                                      .pad_left = t.pad,
                                      .pad_bottom = t.pad,
                                      .pad_right = t.pad + 1,
                                      .dilation_h = t.dilation,
                                      .dilation_w = t.dilation,
                                      .count_include_pad = variant % 2,
                                      .p = variant - 3});
            },
            {.specials = variant == 1 || variant == 2});
    }
  }
}

struct Axis {
  int outer, n, inner;
};
constexpr Axis kAxes[] = {{1, 1, 1},    {3, 7, 1},    {2, 49, 24}, {5, 256, 1}, {1, 1031, 1}, {2, 3, 5},
                          {1, 3136, 8}, {3, 11, 300}, {70, 5, 16}, {300, 9, 1}, {1, 9000, 1}};

void test_reduce() {
  for (int op = 0; op < static_cast<int>(ReduceOp::kCount); ++op) {
    for (const Axis& t : kAxes) {
      for (const DType type : {DType::kF32, DType::kI32}) {
        for (const int gap : {0, 8}) {
          const bool long_products = static_cast<ReduceOp>(op) == ReduceOp::kProd && t.n > 50;
          check("reduce",
                [=](PlanBuilder& builder, DType real, Random&) {
                  const DType typed = type == DType::kF32 ? real : type;
                  const int stride = t.inner + gap, outer_stride = t.n * stride;
                  const int x = builder.arena({t.outer * outer_stride}, 0, typed);
                  const int y = builder.arena({t.outer, t.inner}, 0, typed);
                  builder.step(step::reduce{.x = x,
                                            .y = y,
                                            .op = op,
                                            .outer = t.outer,
                                            .n = t.n,
                                            .inner = t.inner,
                                            .outer_stride = outer_stride,
                                            .stride = stride});
                },
                {.half = type == DType::kF32 && gap == 0,
                 .specials = gap == 8 && t.n < 50,
                 .scale = long_products ? 1.0 : 2.0});
        }
      }
    }
    check("reduce of nothing", [=](PlanBuilder& builder, DType real, Random&) {
      const int x = builder.arena({1}, 0, real), y = builder.arena({3, 5}, 0, real);
      builder.step(step::reduce{
          .x = x, .y = y, .op = op, .outer = 3, .n = 0, .inner = 5, .outer_stride = 0, .stride = 5});
    });
  }
}

void test_softmax() {
  for (const Axis& t : kAxes) {
    for (const int log : {0, 1}) {
      for (const double scale : {2.0, 200.0}) {
        check("softmax",
              [=](PlanBuilder& builder, DType real, Random&) {
                const int x = builder.arena({t.outer, t.n, t.inner}, 0, real);
                const int y = builder.arena({t.outer, t.n, t.inner}, 0, real);
                builder.step(
                    step::softmax{.x = x, .y = y, .outer = t.outer, .n = t.n, .inner = t.inner, .log = log});
              },
              {.specials = scale > 100 && t.n == 7, .scale = scale});
      }
    }
  }
}

void test_normalize() {
  constexpr Axis kRows[] = {{1, 1, 0},    {3, 7, 1},    {5, 256, 2},  {2, 260, 3},
                            {3, 1024, 2}, {2, 1031, 2}, {3, 4096, 1}, {2, 640, 0}};
  for (const Axis& t : kRows) {
    for (const float mean : {0.0f, 1000.0f}) {
      check("normalize",
            [=](PlanBuilder& builder, DType real, Random& random) {
              const int x = builder.arena({t.outer, t.n}, 0, real);
              const int scale = t.inner > 0 ? builder.constant({t.n}, random.reals(t.n)) : -1;
              const int bias = t.inner > 1 ? builder.constant({t.n}, random.reals(t.n)) : -1;
              const int y = builder.arena({t.outer, t.n}, 0, real);
              const int means = t.inner > 1 ? builder.arena({t.outer}) : -1;
              const int inverse = t.inner > 2 ? builder.arena({t.outer}) : -1;
              builder.step(step::normalize{.x = x,
                                           .scale = scale,
                                           .bias = bias,
                                           .y = y,
                                           .mean = means,
                                           .inverse_deviation = inverse,
                                           .outer = t.outer,
                                           .n = t.n,
                                           .epsilon = 1e-5f});
            },
            {.scale = mean == 0 ? 2.0 : 1000.0});
    }
  }
}

void test_arg_reduce() {
  for (const Axis& t : kAxes) {
    for (int variant = 0; variant < 8; ++variant) {
      check("arg_reduce",
            [=](PlanBuilder& builder, DType, Random&) {
              const DType type = variant & 4 ? DType::kI32 : DType::kF32;
              const int x = builder.arena({t.outer, t.n, t.inner}, 0, type);
              const int y = builder.arena({t.outer, t.inner}, 0, DType::kI32);
              builder.step(step::arg_reduce{.x = x,
                                            .y = y,
                                            .op = variant & 1,
                                            .outer = t.outer,
                                            .n = t.n,
                                            .inner = t.inner,
                                            .select_last = variant >> 1 & 1});
            },
            {.half = false, .specials = true});
    }
  }
}

}  // namespace

void test_axes() {
  test_pool();
  test_reduce();
  test_softmax();
  test_normalize();
  test_arg_reduce();
}

}  // namespace spinexr::test
