#include "conv_input.h"

#include <string.h>

#include "geometry.h"

namespace spinexr {
namespace {

constexpr float kInfinity = __builtin_inff();

void zero(float* target, int64_t count) { memset(target, 0, static_cast<size_t>(count) * sizeof(float)); }
void copy(float* target, const float* source, int64_t count) {
  memcpy(target, source, static_cast<size_t>(count) * sizeof(float));
}

}  // namespace

Status read_conv_geometry(PrepareContext& context, const step::conv& step, ConvGeometry* geometry) {
  SPX_TRY(context.expect_map(step.x, "x"));
  SPX_TRY(context.expect_map(step.y, "y"));
  const Tensor& x = context.tensor(step.x);
  const Tensor& y = context.tensor(step.y);
  constexpr int64_t kMost = 1 << 20;
  SPX_TRY(context.expect_range("kernel_h", step.kernel_h, 1, kMost));
  SPX_TRY(context.expect_range("kernel_w", step.kernel_w, 1, kMost));
  SPX_TRY(context.expect_range("stride_h", step.stride_h, 1, kMost));
  SPX_TRY(context.expect_range("stride_w", step.stride_w, 1, kMost));
  SPX_TRY(context.expect_range("dilation_h", step.dilation_h, 1, kMost));
  SPX_TRY(context.expect_range("dilation_w", step.dilation_w, 1, kMost));
  SPX_TRY(context.expect_range("pad_top", step.pad_top, -kMost, kMost));
  SPX_TRY(context.expect_range("pad_left", step.pad_left, -kMost, kMost));
  SPX_TRY(context.expect_range("pool_h", step.pool_h, 1, kMost));
  SPX_TRY(context.expect_range("pool_w", step.pool_w, 1, kMost));
  SPX_TRY(context.expect_range("pool_stride_h", step.pool_stride_h, 1, kMost));
  SPX_TRY(context.expect_range("pool_stride_w", step.pool_stride_w, 1, kMost));
  SPX_TRY(context.expect_range("pre_relu", step.pre_relu, 0, 1));
  SPX_TRY(context.expect_range("group", step.group, 1, INT32_MAX));
  if (x.c() % step.group != 0 || y.c() % step.group != 0 || x.n() != y.n()) {
    return context.fail(
        "expected one batch size and channels divisible by group %d, found %lld x %lld -> %lld x %lld",
        step.group, static_cast<long long>(x.n()), static_cast<long long>(x.c()),
        static_cast<long long>(y.n()), static_cast<long long>(y.c()));
  }
  ConvGeometry& g = *geometry;
  g = {};
  g.n = x.n();
  g.c = x.c();
  g.h = x.h();
  g.w = x.w();
  g.pixel_stride = x.pixel_stride;
  g.o = y.c();
  g.oh = y.h();
  g.ow = y.w();
  g.group = step.group;
  g.group_c = g.c / g.group;
  g.group_o = g.o / g.group;
  g.kernel_h = step.kernel_h;
  g.kernel_w = step.kernel_w;
  g.stride_h = step.stride_h;
  g.stride_w = step.stride_w;
  g.pad_top = step.pad_top;
  g.pad_left = step.pad_left;
  g.dilation_h = step.dilation_h;
  g.dilation_w = step.dilation_w;
  g.pool_h = step.pool_h;
  g.pool_w = step.pool_w;
  g.pool_stride_h = step.pool_stride_h;
  g.pool_stride_w = step.pool_stride_w;
  g.pooled = g.pool_h > 1 || g.pool_w > 1 || g.pool_stride_h > 1 || g.pool_stride_w > 1;
  g.relu = step.pre_relu != 0;
  g.scaled = g.relu || g.pooled || step.pre_scale >= 0 || step.pre_shift >= 0;
  g.input_h = g.h < g.pool_h ? 0 : (g.h - g.pool_h) / g.pool_stride_h + 1;
  g.input_w = g.w < g.pool_w ? 0 : (g.w - g.pool_w) / g.pool_stride_w + 1;
  return Status::OK;
}

void ConvInput::load(float* target, int64_t image, int64_t ih, int64_t iw, int64_t c, int64_t count) const {
  const float low = g.relu ? 0.0f : -kInfinity;
  if (!g.pooled) {
    const float* const source = x + ((image * g.h + ih) * g.w + iw) * g.pixel_stride + c;
    if (g.scaled) {
      kernels.scale_shift(target, source, scale + c, shift + c, count, low, kInfinity);
    } else {
      copy(target, source, count);
    }
    return;
  }
  zero(target, count);
  for (int64_t py = 0; py < g.pool_h; ++py) {
    for (int64_t px = 0; px < g.pool_w; ++px) {
      const int64_t pixel = (image * g.h + ih * g.pool_stride_h + py) * g.w + iw * g.pool_stride_w + px;
      kernels.scale_shift_add(target, x + pixel * g.pixel_stride + c, scale + c, shift + c, count, low,
                              kInfinity);
    }
  }
  const float mean = 1.0f / static_cast<float>(g.pool_h * g.pool_w);
  kernels.affine(target, target, mean, 0, count, -kInfinity, kInfinity);
}

void ConvInput::pack_pixel(float* target, int64_t image, int64_t oh, int64_t ow, int64_t first_channel,
                           int64_t k, int64_t depth) const {
  const int64_t top = oh * g.stride_h - g.pad_top;
  const int64_t left = ow * g.stride_w - g.pad_left;
  const int64_t end = k + depth;
  const int64_t row_depth = g.kernel_w * g.group_c;
  while (k < end) {
    const int64_t kh = k / row_depth;
    const int64_t in_row = k - kh * row_depth;
    const int64_t ih = top + kh * g.dilation_h;
    int64_t count;
    if (ih < 0 || ih >= g.input_h) {
      count = smaller(end, (kh + 1) * row_depth) - k;
      zero(target, count);
    } else if (g.rows_contiguous()) {
      // Elements [from, from + count) of this row of the map; those outside [0, w * c) are padding.
      count = smaller(end, (kh + 1) * row_depth) - k;
      const int64_t from = left * g.c + in_row;
      const int64_t before = smaller(count, larger(0, -from));
      const int64_t stop = larger(before, smaller(count, g.w * g.c - from));
      zero(target, before);
      if (stop > before) {
        copy(target + before, x + (image * g.h + ih) * g.w * g.c + from + before, stop - before);
      }
      zero(target + stop, count - stop);
    } else {
      const int64_t kw = in_row / g.group_c;
      const int64_t c = in_row - kw * g.group_c;
      const int64_t iw = left + kw * g.dilation_w;
      count = smaller(end - k, g.group_c - c);
      if (iw < 0 || iw >= g.input_w) {
        zero(target, count);
      } else {
        load(target, image, ih, iw, first_channel + c, count);
      }
    }
    target += count;
    k += count;
  }
}

int64_t ConvInput::pack_inner_pixels(float* target, int64_t image, int64_t oh, int64_t ow,
                                     int64_t most) const {
  const int64_t left = ow * g.stride_w - g.pad_left;
  if (left < 0) return 0;
  const int64_t fitting = (g.w - g.kernel_w - left) / g.stride_w + 1;
  const int64_t pixels = left + g.kernel_w > g.w ? 0 : smaller(most, fitting);
  if (pixels == 0) return 0;
  const int64_t row_depth = g.kernel_w * g.c;
  for (int64_t kh = 0; kh < g.kernel_h; ++kh, target += row_depth) {
    const int64_t ih = oh * g.stride_h - g.pad_top + kh * g.dilation_h;
    if (ih >= 0 && ih < g.h) {
      const float* const source = x + ((image * g.h + ih) * g.w + left) * g.c;
      kernels.copy_rows(target, kPackedStride, source, g.stride_w * g.c, pixels, row_depth);
    } else {
      for (int64_t i = 0; i < pixels; ++i) zero(target + i * kPackedStride, row_depth);
    }
  }
  return pixels;
}

void ConvInput::pack(float* target, int64_t row, int64_t rows, int64_t first_channel, int64_t k,
                     int64_t depth) const {
  if (g.pointwise()) {
    const float low = g.relu ? 0.0f : -kInfinity;
    const int64_t c = first_channel + k;
    const float* const source = x + row * g.pixel_stride + c;
    if (!g.scaled) {
      kernels.copy_rows(target, kPackedStride, source, g.pixel_stride, rows, depth);
      return;
    }
    for (int64_t i = 0; i < rows; ++i) {
      kernels.scale_shift(target + i * kPackedStride, source + i * g.pixel_stride, scale + c, shift + c,
                          depth, low, kInfinity);
    }
    return;
  }
  int64_t image = row / (g.oh * g.ow);
  int64_t oh = row / g.ow % g.oh;
  int64_t ow = row % g.ow;
  const bool whole_rows = g.rows_contiguous() && depth == g.depth();
  for (int64_t i = 0; i < rows;) {
    float* const to = target + i * kPackedStride;
    int64_t done = whole_rows ? pack_inner_pixels(to, image, oh, ow, smaller(rows - i, g.ow - ow)) : 0;
    if (done == 0) {
      pack_pixel(to, image, oh, ow, first_channel, k, depth);
      done = 1;
    }
    i += done;
    ow += done;
    if (ow < g.ow) continue;
    ow = 0;
    if (++oh < g.oh) continue;
    oh = 0;
    ++image;
  }
}

}  // namespace spinexr
