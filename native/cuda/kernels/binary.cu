#include "cuda/device/cuda.h"
//
#include <math.h>

#include "binary.h"
#include "cuda/runtime/launch.h"
#include "ops/element_math.h"

namespace spinexr::cuda {
namespace {

// y[i] = f(a[i], b[i])
template <int kCount, class T, class Y, class F>
SPX_HD void each(const T (&a)[kCount], const T (&b)[kCount], Y (&y)[kCount], const F& f) {
  for (int i = 0; i < kCount; ++i) y[i] = f(a[i], b[i]);
}

template <int kCount>
SPX_HD void arithmetic(BinaryOp op, const float (&a)[kCount], const float (&b)[kCount], float (&y)[kCount]) {
  switch (op) {
    case BinaryOp::kAdd:
      return each(a, b, y, [](float p, float q) { return p + q; });
    case BinaryOp::kSub:
      return each(a, b, y, [](float p, float q) { return p - q; });
    case BinaryOp::kMul:
      return each(a, b, y, [](float p, float q) { return p * q; });
    case BinaryOp::kDiv:
      return each(a, b, y, [](float p, float q) { return p / q; });
    case BinaryOp::kMin:
      return each(a, b, y, [](float p, float q) { return keep_min(p, q); });
    case BinaryOp::kMax:
      return each(a, b, y, [](float p, float q) { return keep_max(p, q); });
    default:  // kPrelu
      return each(a, b, y, [](float p, float q) { return p < 0 ? p * q : p; });
  }
}

SPX_HD int32_t of_integers(BinaryOp op, int32_t a, int32_t b) {
  switch (op) {
    case BinaryOp::kAdd:
      return wrap(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
    case BinaryOp::kSub:
      return wrap(static_cast<uint32_t>(a) - static_cast<uint32_t>(b));
    case BinaryOp::kMul:
      return multiply(a, b);
    case BinaryOp::kDiv:
      return divide(a, b);
    case BinaryOp::kMin:
      return keep_min(a, b);
    case BinaryOp::kMax:
      return keep_max(a, b);
    case BinaryOp::kPow:
      return power(a, b);
    case BinaryOp::kMod:
      return modulo(a, b);
    case BinaryOp::kAnd:
      return a != 0 && b != 0;
    case BinaryOp::kOr:
      return a != 0 || b != 0;
    case BinaryOp::kXor:
      return (a != 0) != (b != 0);
    default:  // kPrelu
      return a < 0 ? multiply(a, b) : a;
  }
}

template <class T>
SPX_HD int32_t compare(BinaryOp op, T a, T b) {
  switch (op) {
    case BinaryOp::kEqual:
      return a == b;
    case BinaryOp::kLess:
      return a < b;
    case BinaryOp::kLessOrEqual:
      return a <= b;
    case BinaryOp::kGreater:
      return a > b;
    default:
      return a >= b;
  }
}

// One element at a time, so that pow is there once.
__global__ void binary_kernel(BinaryOp op, AnySource a, AnySource b, AnyTarget y, GridWalk<3> walk,
                              Activate activation) {
  begin_kernel();
  const bool compares = op >= BinaryOp::kEqual && op <= BinaryOp::kGreaterOrEqual;
  for (int64_t unit = thread_index(); unit < walk.units(); unit += thread_count()) {
    int64_t at[3];
    walk.locate(unit, at);
    AnyNumbers<1> left, right, result;
    load_any(a, at[0], &left);
    load_any(b, at[1], &right);
    if (compares) {
      result.integers[0] = a.is_float() ? compare(op, left.floats[0], right.floats[0])
                                        : compare(op, left.integers[0], right.integers[0]);
    } else if (a.is_float()) {
      result.floats[0] = activation(op == BinaryOp::kPow ? powf(left.floats[0], right.floats[0])
                                                         : fmodf(left.floats[0], right.floats[0]));
    } else {
      result.integers[0] = of_integers(op, left.integers[0], right.integers[0]);
    }
    store_any(y, at[2], result);
  }
}

template <class A, class B, class Y, int kCount>
__global__ void arithmetic_kernel(BinaryOp op, const A* a, const B* b, Y* y, GridWalk<3> walk,
                                  Activate activation) {
  begin_kernel();
  for (int64_t unit = thread_index(); unit < walk.units(); unit += thread_count()) {
    int64_t at[3];
    walk.locate(unit, at);
    float left[kCount], right[kCount], result[kCount];
    load_unit(a + at[0], walk.inner_stride(0) == 0, left);
    load_unit(b + at[1], walk.inner_stride(1) == 0, right);
    arithmetic(op, left, right, result);
    activate(activation, result);
    store_numbers(y + at[2], result);
  }
}

template <class T, int kCount>
__global__ void where_kernel(const uint8_t* condition, const T* a, const T* b, T* y, GridWalk<4> walk) {
  begin_kernel();
  for (int64_t unit = thread_index(); unit < walk.units(); unit += thread_count()) {
    int64_t at[4];
    walk.locate(unit, at);
    Chunk<uint8_t, kCount> which;
    Chunk<T, kCount> left, right;
    load_elements(condition + at[0], walk.inner_stride(0) == 0, &which);
    load_elements(a + at[1], walk.inner_stride(1) == 0, &left);
    load_elements(b + at[2], walk.inner_stride(2) == 0, &right);
    for (int i = 0; i < kCount; ++i) {
      if (which.values[i] == 0) left.values[i] = right.values[i];
    }
    store_chunk<kCount>(y + at[3], left);
  }
}

}  // namespace

template <class A, class B, class Y>
Status enqueue_arithmetic(Stream stream, BinaryOp op, const A* a, const B* b, Y* y, const Strided<3>& walk,
                          const Activate& activation) {
  constexpr int kCount = kWide<Y>;
  const bool wide = walk.inner_stride(2) == 1 && in_units<kCount>(walk, 0, a) &&
                    in_units<kCount>(walk, 1, b) && in_units<kCount>(walk, 2, y);
  const GridWalk<3> units(walk, wide ? kCount : 1);
  return launch(stream, launch_over(units.units()),
                wide ? arithmetic_kernel<A, B, Y, kCount> : arithmetic_kernel<A, B, Y, 1>, op, a, b, y, units,
                activation);
}
#define SPX_FLOATS(A, B, Y)                                                                       \
  template Status enqueue_arithmetic(Stream, BinaryOp, const A*, const B*, Y*, const Strided<3>&, \
                                     const Activate&);
SPX_FLOATS(float, float, float)
SPX_FLOATS(Half, Half, Half)
SPX_FLOATS(Half, float, Half)
SPX_FLOATS(float, Half, Half)
#undef SPX_FLOATS

Status enqueue_binary(Stream stream, BinaryOp op, const AnySource& a, const AnySource& b, const AnyTarget& y,
                      const Strided<3>& walk, const Activate& activation) {
  const GridWalk<3> units(walk, 1);
  return launch(stream, launch_over(units.units()), binary_kernel, op, a, b, y, units, activation);
}

template <class T>
Status enqueue_where(Stream stream, const uint8_t* condition, const T* a, const T* b, T* y,
                     const Strided<4>& walk) {
  constexpr int kCount = kWide<T>;
  const bool wide = walk.inner_stride(3) == 1 && in_units<kCount>(walk, 0, condition) &&
                    in_units<kCount>(walk, 1, a) && in_units<kCount>(walk, 2, b) &&
                    in_units<kCount>(walk, 3, y);
  const GridWalk<4> units(walk, wide ? kCount : 1);
  return launch(stream, launch_over(units.units()), wide ? where_kernel<T, kCount> : where_kernel<T, 1>,
                condition, a, b, y, units);
}
template Status enqueue_where(Stream, const uint8_t*, const uint8_t*, const uint8_t*, uint8_t*,
                              const Strided<4>&);
template Status enqueue_where(Stream, const uint8_t*, const uint16_t*, const uint16_t*, uint16_t*,
                              const Strided<4>&);
template Status enqueue_where(Stream, const uint8_t*, const uint32_t*, const uint32_t*, uint32_t*,
                              const Strided<4>&);

}  // namespace spinexr::cuda
