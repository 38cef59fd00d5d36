// One thread per pixel and a few channels: what neighbours read again comes from the caches.
#include "cuda/device/cuda.h"
#include "cuda/device/half.h"
#include "cuda/runtime/launch.h"
#include "depthwise.h"
#include "implicit_gemm_rows.h"
#include "implicit_gemm_store.h"

namespace spinexr::cuda {
namespace {

// kCount channels that follow each other, widened.
template <int kCount, class T>
__device__ __forceinline__ void read_channels(const T* source, float (&target)[kCount]) {
  if constexpr (kCount == 1) {
    target[0] = load(source);
  } else {
    static_assert(kCount == Vec<T>::kCount);
    const Vec<T> some = *reinterpret_cast<const Vec<T>*>(source);
    SPX_UNROLL
    for (int e = 0; e < kCount; ++e) target[e] = to_float(some.values[e]);
  }
}

template <int kCount, class Y>
__device__ __forceinline__ void finish(const GemmOutput& out, int64_t row, int32_t channel,
                                       const float (&sums)[kCount]) {
  const Y* const residual = static_cast<const Y*>(out.residual);
  float v[kCount];
  SPX_UNROLL
  for (int e = 0; e < kCount; ++e) {
    v[e] = sums[e];
    if (out.scale != nullptr) v[e] *= out.scale[channel + e];
    if (out.bias != nullptr) v[e] += out.bias[channel + e];
  }
  if constexpr (kCount == 8) {
    if (residual != nullptr)
      EightColumns<Y>::add(v, residual + row * out.residual_stride + channel, out.vectors, kCount);
  } else if (residual != nullptr) {
    SPX_UNROLL
    for (int e = 0; e < kCount; ++e) v[e] += load(residual + row * out.residual_stride + channel + e);
  }
  SPX_UNROLL
  for (int e = 0; e < kCount; ++e) v[e] = out.activate(v[e]);
  Y* const y = static_cast<Y*>(out.y) + row * out.y_stride + channel;
  if constexpr (kCount == 8) {
    EightColumns<Y>::put(v, y, out.vectors, kCount);
  } else if (kCount == Vec<Y>::kCount && out.vectors) {
    Vec<Y> some;
    SPX_UNROLL
    for (int e = 0; e < kCount; ++e) some.values[e] = from_float<Y>(v[e]);
    *reinterpret_cast<Vec<Y>*>(y) = some;
  } else {
    SPX_UNROLL
    for (int e = 0; e < kCount; ++e) store(y + e, v[e]);
  }
}

// Adds weights times what is at a position inside, behind the prologue.
template <int kCount, class T>
__device__ __forceinline__ void add_tap(const Depthwise& conv, const WindowCorner& corner,
                                        const WindowTap& tap, const float* weights, float (&sums)[kCount]) {
  const GemmWindow& w = conv.x.window;
  const Prologue prologue(conv.x, tap.channel);
  const T* line = static_cast<const T*>(conv.x.x) + window_element(w, corner, tap);
  float input[kCount] = {};
  for (int32_t y = 0; y < w.pool_h; ++y, line += w.map_w * w.pixel_stride) {
    for (int32_t x = 0; x < w.pool_w; ++x) {
      float raw[kCount];
      read_channels(line + x * w.pixel_stride, raw);
      SPX_UNROLL
      for (int e = 0; e < kCount; ++e)
        input[e] += prologue.apply(raw[e], prologue.factor(e), prologue.summand(e));
    }
  }
  SPX_UNROLL
  for (int e = 0; e < kCount; ++e) sums[e] += input[e] * conv.x.mean * weights[e];
}

template <int kCount, class T>
__global__ void depthwise(Depthwise conv, FastDivide groups) {
  begin_kernel();
  const GemmWindow& w = conv.x.window;
  const int64_t count = int64_t{w.rows} * groups.divisor;
  for (int64_t i = thread_index(); i < count; i += thread_count()) {
    // Below 2^31 there is a quick division; behind it the slow one.
    const int64_t row = i <= INT32_MAX ? groups.quotient(static_cast<uint32_t>(i)) : i / groups.divisor;
    const int32_t channel = static_cast<int32_t>(i - row * groups.divisor) * kCount;
    const WindowCorner corner = window_corner(w, static_cast<int32_t>(row));
    float sums[kCount] = {};
    const float* weights = conv.weights + channel;
    for (int32_t y = 0; y < conv.kernel_h; ++y) {
      for (int32_t x = 0; x < conv.kernel_w; ++x, weights += conv.channels) {
        const WindowTap tap = {y * w.dilation_h, x * w.dilation_w, channel};
        if (window_inside(w, corner, tap)) add_tap<kCount, T>(conv, corner, tap, weights, sums);
      }
    }
    if (conv.out.half) {
      finish<kCount, Half>(conv.out, row, channel, sums);
    } else {
      finish<kCount, float>(conv.out, row, channel, sums);
    }
  }
}

template <int kCount, class T>
Status launch_depthwise(Stream stream, const Depthwise& conv) {
  const int64_t groups = conv.channels / kCount;
  return launch(stream, launch_over(conv.x.window.rows * groups, 128, 1 << 20), depthwise<kCount, T>, conv,
                FastDivide(groups));
}

}  // namespace

Status enqueue_depthwise(Stream stream, const Depthwise& conv) {
  if (conv.half_x)
    return conv.vectors ? launch_depthwise<8, Half>(stream, conv) : launch_depthwise<1, Half>(stream, conv);
  return conv.vectors ? launch_depthwise<4, float>(stream, conv) : launch_depthwise<1, float>(stream, conv);
}

}  // namespace spinexr::cuda
