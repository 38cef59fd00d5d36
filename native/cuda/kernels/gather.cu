#include "cuda/device/cuda.h"
//
#include "cuda/device/error.h"
#include "cuda/device/fast_divide.h"
#include "cuda/runtime/launch.h"
#include "gather.h"
#include "unit.h"

namespace spinexr::cuda {
namespace {

// Units [outer, count, inner] of y, in order.
struct Slices {
  int64_t n, units;
  FastDivide count, inner;
  int32_t step;

  Slices(const GatherShape& shape, int64_t units_per_slice)
      : n(shape.n),
        units(shape.outer * shape.count * units_per_slice),
        count(shape.count),
        inner(units_per_slice),
        step(shape.step) {}
};

template <class U>
__global__ void gather_kernel(const U* x, const int32_t* indices, U* y, Slices slices, DeviceError* error) {
  begin_kernel();
  for (int64_t unit = thread_index(); unit < slices.units; unit += thread_count()) {
    int64_t slice, i, o, j;
    slices.inner.divide(unit, &slice, &i);
    slices.count.divide(slice, &o, &j);
    const int64_t index = indices[j];
    if (index < -slices.n || index >= slices.n) {
      report(error, DeviceFault::kIndexOutOfRange, slices.step, indices[j], static_cast<int32_t>(slices.n));
      y[unit] = U{};
      continue;
    }
    y[unit] = x[(o * slices.n + (index < 0 ? index + slices.n : index)) * slices.inner.divisor() + i];
  }
}

template <class T, int kCount>
__global__ void resample_kernel(const T* x, const int32_t* indices, const float* weights, T* y, int64_t taps,
                                Slices slices, DeviceError* error) {
  begin_kernel();
  for (int64_t unit = thread_index(); unit < slices.units; unit += thread_count()) {
    int64_t slice, i, o, j;
    slices.inner.divide(unit, &slice, &i);
    slices.count.divide(slice, &o, &j);
    float sums[kCount] = {};
    for (int64_t t = j * taps; t < (j + 1) * taps; ++t) {
      const int32_t index = indices[t];
      const float weight = weights[t];
      if (index < 0 || index >= slices.n) {
        report(error, DeviceFault::kIndexOutOfRange, slices.step, index, static_cast<int32_t>(slices.n));
      } else if (weight != 0) {
        float values[kCount];
        load_numbers(x + ((o * slices.n + index) * slices.inner.divisor() + i) * kCount, values);
        for (int v = 0; v < kCount; ++v) sums[v] = fmaf(weight, values[v], sums[v]);
      }
    }
    store_numbers(y + unit * kCount, sums);
  }
}

}  // namespace

Status enqueue_gather(Stream stream, const uint8_t* x, const int32_t* indices, uint8_t* y, int bytes,
                      const GatherShape& shape, DeviceError* error) {
  int64_t inner = shape.inner;
  const uintptr_t addresses = reinterpret_cast<uintptr_t>(x) | reinterpret_cast<uintptr_t>(y);
  for (; bytes < 16 && inner % 2 == 0 && addresses % (2 * static_cast<uintptr_t>(bytes)) == 0; bytes *= 2)
    inner /= 2;
  const Slices slices(shape, inner);
  return with_unit(bytes, [&](auto unit) {
    using U = decltype(unit);
    return launch(stream, launch_over(slices.units), gather_kernel<U>, reinterpret_cast<const U*>(x), indices,
                  reinterpret_cast<U*>(y), slices, error);
  });
}

template <class T>
Status enqueue_resample(Stream stream, const T* x, const int32_t* indices, const float* weights, T* y,
                        int64_t taps, const GatherShape& shape, DeviceError* error) {
  constexpr int kCount = kWide<T>;
  const bool wide = shape.inner % kCount == 0 && aligned<T, kCount>(x) && aligned<T, kCount>(y);
  const Slices slices(shape, wide ? shape.inner / kCount : shape.inner);
  return launch(stream, launch_over(slices.units), wide ? resample_kernel<T, kCount> : resample_kernel<T, 1>,
                x, indices, weights, y, taps, slices, error);
}
template Status enqueue_resample(Stream, const float*, const int32_t*, const float*, float*, int64_t,
                                 const GatherShape&, DeviceError*);
template Status enqueue_resample(Stream, const Half*, const int32_t*, const float*, Half*, int64_t,
                                 const GatherShape&, DeviceError*);

}  // namespace spinexr::cuda
