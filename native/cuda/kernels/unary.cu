#include "cuda/device/cuda.h"
//
#include "cuda/device/unary_math.h"
#include "cuda/runtime/launch.h"
#include "unary.h"

namespace spinexr::cuda {
namespace {

struct Light {
  UnaryOp op;
  float alpha, beta;

  template <int kCount>
  SPX_HD void operator()(float (&values)[kCount]) const {
    if (op <= UnaryOp::kHardSwish) {
      activate(Activate(static_cast<int32_t>(op) + 1, alpha, beta), values);
    } else {
      for (float& v : values) v = unary_light(op, v);
    }
  }
};

struct Rare {
  UnaryOp op;
  float alpha, beta;
  SPX_HD void operator()(float (&values)[1]) const { values[0] = unary_rare(op, values[0], alpha, beta); }
};

template <class T, int kCount, class F>
__global__ void unary_kernel(const T* x, T* y, GridWalk<2> walk, F f) {
  begin_kernel();
  for (int64_t unit = thread_index(); unit < walk.units(); unit += thread_count()) {
    int64_t at[2];
    walk.locate(unit, at);
    float values[kCount];
    load_numbers(x + at[0], values);
    f(values);
    store_numbers(y + at[1], values);
  }
}

template <class T, int kCount>
__global__ void scale_shift_kernel(const T* x, const float* scale, const float* shift, T* y, GridWalk<4> walk,
                                   Activate activation) {
  begin_kernel();
  for (int64_t unit = thread_index(); unit < walk.units(); unit += thread_count()) {
    int64_t at[4];
    walk.locate(unit, at);
    float values[kCount], scales[kCount], shifts[kCount];
    load_numbers(x + at[0], values);
    load_numbers(scale + at[1], scales);
    load_numbers(shift + at[2], shifts);
    for (int i = 0; i < kCount; ++i) values[i] = fmaf(values[i], scales[i], shifts[i]);
    activate(activation, values);
    store_numbers(y + at[3], values);
  }
}

}  // namespace

template <class T>
Status enqueue_unary(Stream stream, UnaryOp op, float alpha, float beta, const T* x, T* y,
                     const Strided<2>& walk) {
  constexpr int kCount = kWide<T>;
  const bool wide = is_light(op) && in_units<kCount>(walk, 0, x) && in_units<kCount>(walk, 1, y);
  const GridWalk<2> units(walk, wide ? kCount : 1);
  const LaunchShape shape = launch_over(units.units());
  if (!is_light(op))
    return launch(stream, shape, unary_kernel<T, 1, Rare>, x, y, units, Rare{op, alpha, beta});
  return launch(stream, shape, wide ? unary_kernel<T, kCount, Light> : unary_kernel<T, 1, Light>, x, y, units,
                Light{op, alpha, beta});
}
template Status enqueue_unary(Stream, UnaryOp, float, float, const float*, float*, const Strided<2>&);
template Status enqueue_unary(Stream, UnaryOp, float, float, const Half*, Half*, const Strided<2>&);

template <class T>
Status enqueue_scale_shift(Stream stream, const T* x, const float* scale, const float* shift, T* y,
                           const Strided<4>& walk, const Activate& activation) {
  constexpr int kCount = kWide<T>;
  const bool wide = in_units<kCount>(walk, 0, x) && in_units<kCount>(walk, 1, scale) &&
                    in_units<kCount>(walk, 2, shift) && in_units<kCount>(walk, 3, y);
  const GridWalk<4> units(walk, wide ? kCount : 1);
  return launch(stream, launch_over(units.units()),
                wide ? scale_shift_kernel<T, kCount> : scale_shift_kernel<T, 1>, x, scale, shift, y, units,
                activation);
}
template Status enqueue_scale_shift(Stream, const float*, const float*, const float*, float*,
                                    const Strided<4>&, const Activate&);
template Status enqueue_scale_shift(Stream, const Half*, const float*, const float*, Half*, const Strided<4>&,
                                    const Activate&);

}  // namespace spinexr::cuda
