#include "cuda/device/cuda.h"
//
#include "convert.h"
#include "cuda/runtime/launch.h"
#include "ops/element_math.h"

namespace spinexr::cuda {
namespace {

constexpr int kAtOnce = 4;

template <int kCount>
SPX_HD void cast(const AnySource& x, const AnyTarget& y, AnyNumbers<kCount>* v) {
  const bool truth = y.type == DType::kU8 && x.type != DType::kU8;
  for (int i = 0; i < kCount; ++i) {
    if (x.is_float() && truth) {
      v->integers[i] = v->floats[i] != 0;
    } else if (x.is_float() && !y.is_float()) {
      convert(v->floats[i], &v->integers[i]);
    } else if (!x.is_float() && y.is_float()) {
      convert(v->integers[i], &v->floats[i]);
    } else if (truth) {
      v->integers[i] = v->integers[i] != 0;
    }
  }
}

SPX_HD int32_t of_integer(Conversion conversion, int32_t v) {
  switch (conversion) {
    case Conversion::kNot:
      return v == 0;
    case Conversion::kRelu:
      return v < 0 ? 0 : v;
    case Conversion::kAbs:
      return v < 0 ? negate(v) : v;
    case Conversion::kNeg:
      return negate(v);
    default:  // kSign
      return (v > 0) - (v < 0);
  }
}

template <int kCount>
__global__ void convert_kernel(Conversion conversion, AnySource x, AnyTarget y, GridWalk<2> walk) {
  begin_kernel();
  for (int64_t unit = thread_index(); unit < walk.units(); unit += thread_count()) {
    int64_t at[2];
    walk.locate(unit, at);
    AnyNumbers<kCount> v;
    load_any(x, at[0], &v);
    if (conversion == Conversion::kCast) {
      cast(x, y, &v);
    } else if (conversion == Conversion::kIsNan) {
      for (int i = 0; i < kCount; ++i) v.integers[i] = v.floats[i] != v.floats[i];
    } else {
      for (int32_t& value : v.integers) value = of_integer(conversion, value);
    }
    store_any(y, at[1], v);
  }
}

template <class T, int kCount>
__global__ void fill_kernel(T* y, T bits, GridWalk<1> walk) {
  begin_kernel();
  Chunk<T, kCount> chunk;
  for (T& value : chunk.values) value = bits;
  for (int64_t unit = thread_index(); unit < walk.units(); unit += thread_count()) {
    int64_t at[1];
    walk.locate(unit, at);
    store_chunk<kCount>(y + at[0], chunk);
  }
}

}  // namespace

Status enqueue_convert(Stream stream, Conversion conversion, const AnySource& x, const AnyTarget& y,
                       const Strided<2>& walk) {
  const bool wide = divides<kAtOnce>(walk, 0) && divides<kAtOnce>(walk, 1) && x.is_aligned<kAtOnce>() &&
                    y.is_aligned<kAtOnce>();
  const GridWalk<2> units(walk, wide ? kAtOnce : 1);
  return launch(stream, launch_over(units.units()), wide ? convert_kernel<kAtOnce> : convert_kernel<1>,
                conversion, x, y, units);
}

template <class T>
Status enqueue_fill(Stream stream, T* y, T bits, const Strided<1>& walk) {
  constexpr int kCount = kWide<T>;
  const bool wide = in_units<kCount>(walk, 0, y);
  const GridWalk<1> units(walk, wide ? kCount : 1);
  return launch(stream, launch_over(units.units()), wide ? fill_kernel<T, kCount> : fill_kernel<T, 1>, y,
                bits, units);
}
template Status enqueue_fill(Stream, uint8_t*, uint8_t, const Strided<1>&);
template Status enqueue_fill(Stream, uint16_t*, uint16_t, const Strided<1>&);
template Status enqueue_fill(Stream, uint32_t*, uint32_t, const Strided<1>&);

}  // namespace spinexr::cuda
