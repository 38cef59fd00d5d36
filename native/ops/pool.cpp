// Max, average and Lp pooling of nhwc maps: one output pixel at a time, over channel vectors. Padding never
// counts as an element; count_include_pad counts its positions in the divisor of an average.
#include <math.h>
#include <string.h>

#include "geometry.h"
#include "op.h"
#include "plan/enums.h"

namespace spinexr {
namespace {

constexpr float kInfinity = __builtin_inff();

struct Pool {
  step::pool s;
  Tensor x, y;

  void pixel(const RunContext& context, int64_t image, int64_t oh, int64_t ow) const {
    const KernelTable& kernels = context.kernels;
    float* const target = context.data<float>(s.y) + ((image * y.h() + oh) * y.w() + ow) * y.pixel_stride;
    const PoolMode mode = static_cast<PoolMode>(s.mode);
    const int64_t channels = y.c();
    for (int64_t c = 0; c < channels; ++c) target[c] = mode == PoolMode::kMax ? -kInfinity : 0.0f;
    int64_t inside = 0, padded = 0;
    for (int64_t kh = 0; kh < s.kernel_h; ++kh) {
      const int64_t ih = oh * s.stride_h - s.pad_top + kh * s.dilation_h;
      if (ih >= x.h() + s.pad_bottom) break;
      for (int64_t kw = 0; kw < s.kernel_w; ++kw) {
        const int64_t iw = ow * s.stride_w - s.pad_left + kw * s.dilation_w;
        if (iw >= x.w() + s.pad_right) break;
        ++padded;
        if (ih < 0 || ih >= x.h() || iw < 0 || iw >= x.w()) continue;
        ++inside;
        const float* const source =
            context.data<float>(s.x) + ((image * x.h() + ih) * x.w() + iw) * x.pixel_stride;
        if (mode == PoolMode::kMax) {
          kernels.max_into(target, source, channels);
        } else if (mode == PoolMode::kAverage) {
          kernels.axpy(target, source, 1, channels);
        } else {
          add_powers(target, source, channels);
        }
      }
    }
    if (mode == PoolMode::kAverage) {
      const int64_t count = s.count_include_pad != 0 ? padded : inside;
      const float scale = count > 0 ? 1.0f / static_cast<float>(count) : 0.0f;
      kernels.affine(target, target, scale, 0, channels, -kInfinity, kInfinity);
    } else if (mode == PoolMode::kLp) {
      take_roots(target, channels);
    }
  }

 private:
  void add_powers(float* target, const float* source, int64_t n) const {
    if (s.p == 1) {
      for (int64_t c = 0; c < n; ++c) target[c] += fabsf(source[c]);
    } else if (s.p == 2) {
      for (int64_t c = 0; c < n; ++c) target[c] += source[c] * source[c];
    } else {
      for (int64_t c = 0; c < n; ++c) target[c] += static_cast<float>(pow(fabs(double{source[c]}), s.p));
    }
  }
  void take_roots(float* target, int64_t n) const {
    for (int64_t c = 0; c < n; ++c) target[c] = static_cast<float>(pow(double{target[c]}, 1.0 / s.p));
  }
};

}  // namespace

Status prepare_pool(PrepareContext& context, const step::pool& step, OpPointer* op) {
  SPX_TRY(context.expect_map(step.x, "x"));
  SPX_TRY(context.expect_map(step.y, "y"));
  constexpr int64_t kMost = 1 << 20;
  SPX_TRY(context.expect_range("mode", step.mode, 0, static_cast<int>(PoolMode::kCount) - 1));
  SPX_TRY(context.expect_range("kernel_h", step.kernel_h, 1, kMost));
  SPX_TRY(context.expect_range("kernel_w", step.kernel_w, 1, kMost));
  SPX_TRY(context.expect_range("stride_h", step.stride_h, 1, kMost));
  SPX_TRY(context.expect_range("stride_w", step.stride_w, 1, kMost));
  SPX_TRY(context.expect_range("dilation_h", step.dilation_h, 1, kMost));
  SPX_TRY(context.expect_range("dilation_w", step.dilation_w, 1, kMost));
  SPX_TRY(context.expect_range("pad_top", step.pad_top, 0, kMost));
  SPX_TRY(context.expect_range("pad_left", step.pad_left, 0, kMost));
  SPX_TRY(context.expect_range("pad_bottom", step.pad_bottom, 0, kMost));
  SPX_TRY(context.expect_range("pad_right", step.pad_right, 0, kMost));
  SPX_TRY(context.expect_range("p", step.p, static_cast<PoolMode>(step.mode) == PoolMode::kLp ? 1 : INT32_MIN,
                               INT32_MAX));
  const Pool pool{step, context.tensor(step.x), context.tensor(step.y)};
  if (pool.x.n() != pool.y.n() || pool.x.c() != pool.y.c()) {
    return context.fail("expected x and y of one batch size and channel count");
  }
  *op = make_op([pool](const RunContext& run) {
    if (pool.y.elements == 0) return Status::OK;
    run.pool.parallel_for(pool.y.n() * pool.y.h(), [&](int64_t row, int) {
      for (int64_t ow = 0; ow < pool.y.w(); ++ow) pool.pixel(run, row / pool.y.h(), row % pool.y.h(), ow);
    });
    return Status::OK;
  });
  return Status::OK;
}

}  // namespace spinexr
