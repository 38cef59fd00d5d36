// Max, average and Lp pooling of nhwc maps over channel vectors. Padding never counts as an element;
// count_include_pad counts its positions in the divisor of an average. The maximum is separable: down whole
// rows first, in long vectors, then across. The others take one output pixel at a time.
#include <math.h>
#include <string.h>

#include "geometry.h"
#include "op.h"
#include "plan/enums.h"

namespace spinexr {
namespace {

constexpr float kInfinity = __builtin_inff();

// Maxima of columns that wait for the second half lie in the first-level cache.
constexpr int64_t kStripBytes = 16 << 10;

// Output columns [begin, end) of one row and the input columns [left, right) that they see.
struct Strip {
  int64_t begin, end, left, right;
};

struct MaxPool {
  step::pool s;
  Tensor x, y;
  int64_t outputs = 1;  // per strip

  // Output columns whose input columns fit the cache, at least one.
  MaxPool(const step::pool& step, const Tensor& in, const Tensor& out) : s(step), x(in), y(out) {
    const int64_t columns = kStripBytes / larger(1, x.c() * static_cast<int64_t>(sizeof(float)));
    outputs = larger(1, (columns - span()) / s.stride_w + 1);
  }
  int64_t span() const { return (int64_t{s.kernel_w} - 1) * s.dilation_w + 1; }
  // A strip never sees more columns than the map has.
  uint64_t thread_scratch() const {
    const int64_t columns = smaller(x.w(), (outputs - 1) * s.stride_w + span());
    return static_cast<uint64_t>(columns * x.c()) * sizeof(float);
  }

  void row(const RunContext& context, int64_t image, int64_t oh, int thread) const {
    float* const maxima = context.scratch<float>(thread);
    for (int64_t ow = 0; ow < y.w(); ow += outputs) {
      Strip strip{ow, smaller(ow + outputs, y.w()), 0, 0};
      strip.left = larger(0, smaller(x.w(), ow * s.stride_w - s.pad_left));
      strip.right = larger(strip.left, smaller(x.w(), (strip.end - 1) * s.stride_w - s.pad_left + span()));
      const bool any = down(context, image, oh, strip, maxima);
      for (int64_t i = strip.begin; i < strip.end; ++i) across(context, image, oh, i, strip, any, maxima);
    }
  }

 private:
  // The largest of each column into maxima [columns][c]; false where the window has no row of the map.
  bool down(const RunContext& context, int64_t image, int64_t oh, const Strip& strip, float* maxima) const {
    const int64_t c = x.c(), columns = strip.right - strip.left;
    bool any = false;
    for (int64_t kh = 0; kh < s.kernel_h; ++kh) {
      const int64_t ih = oh * s.stride_h - s.pad_top + kh * s.dilation_h;
      if (ih < 0 || ih >= x.h()) continue;
      const float* const source =
          context.data<float>(s.x) + ((image * x.h() + ih) * x.w() + strip.left) * x.pixel_stride;
      const bool dense = x.pixel_stride == c;
      const int64_t runs = dense ? 1 : columns, length = dense ? columns * c : c;
      for (int64_t i = 0; i < runs; ++i) {
        if (any) {
          context.kernels.max_into(maxima + i * c, source + i * x.pixel_stride, length);
        } else {
          memcpy(maxima + i * c, source + i * x.pixel_stride, static_cast<size_t>(length) * sizeof(float));
        }
      }
      any = true;
    }
    return any;
  }

  void across(const RunContext& context, int64_t image, int64_t oh, int64_t ow, const Strip& strip, bool any,
              const float* maxima) const {
    const int64_t c = x.c();
    float* const target = context.data<float>(s.y) + ((image * y.h() + oh) * y.w() + ow) * y.pixel_stride;
    bool first = true;
    for (int64_t kw = 0; any && kw < s.kernel_w; ++kw) {
      const int64_t iw = ow * s.stride_w - s.pad_left + kw * s.dilation_w;
      if (iw < strip.left || iw >= strip.right) continue;
      const float* const source = maxima + (iw - strip.left) * c;
      if (first) {
        memcpy(target, source, static_cast<size_t>(c) * sizeof(float));
      } else {
        context.kernels.max_into(target, source, c);
      }
      first = false;
    }
    for (int64_t i = 0; first && i < c; ++i) target[i] = -kInfinity;
  }
};

struct SumPool {
  step::pool s;
  Tensor x, y;

  void pixel(const RunContext& context, int64_t image, int64_t oh, int64_t ow) const {
    const KernelTable& kernels = context.kernels;
    float* const target = context.data<float>(s.y) + ((image * y.h() + oh) * y.w() + ow) * y.pixel_stride;
    const PoolMode mode = static_cast<PoolMode>(s.mode);
    const int64_t channels = y.c();
    memset(target, 0, static_cast<size_t>(channels) * sizeof(float));
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
        if (mode == PoolMode::kAverage) {
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
    } else {
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
  const Tensor& x = context.tensor(step.x);
  const Tensor& y = context.tensor(step.y);
  if (x.n() != y.n() || x.c() != y.c()) {
    return context.fail("expected x and y of one batch size and channel count");
  }
  const int64_t rows = y.elements == 0 ? 0 : y.n() * y.h();
  if (static_cast<PoolMode>(step.mode) == PoolMode::kMax) {
    const MaxPool pool(step, x, y);
    context.need_per_thread(pool.thread_scratch());
    *op = make_op([pool, rows](const RunContext& run) {
      run.pool.parallel_for(
          rows, [&](int64_t row, int thread) { pool.row(run, row / pool.y.h(), row % pool.y.h(), thread); });
      return Status::OK;
    });
    return Status::OK;
  }
  const SumPool pool{step, x, y};
  *op = make_op([pool, rows](const RunContext& run) {
    run.pool.parallel_for(rows, [&](int64_t row, int) {
      for (int64_t ow = 0; ow < pool.y.w(); ++ow) pool.pixel(run, row / pool.y.h(), row % pool.y.h(), ow);
    });
    return Status::OK;
  });
  return Status::OK;
}

}  // namespace spinexr
