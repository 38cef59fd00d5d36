// Integer helpers for sizes that come from an untrusted plan.
#ifndef SPINEXR_OPS_GEOMETRY_H_
#define SPINEXR_OPS_GEOMETRY_H_

#include <stdint.h>

#include <initializer_list>

namespace spinexr {

// The product of non-negative factors; -1 when a factor is negative or the product of the non-zero ones
// exceeds 2^48.
inline int64_t product(std::initializer_list<int64_t> factors) {
  int64_t span = 1;
  bool zero = false;
  for (const int64_t factor : factors) {
    if (factor < 0) return -1;
    zero = zero || factor == 0;
    if (factor > 0 && (__builtin_mul_overflow(span, factor, &span) || span > int64_t{1} << 48)) return -1;
  }
  return zero ? 0 : span;
}

constexpr int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
constexpr int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
constexpr int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

// The lowest and highest element (relative to the origin) of a walk over dims with strides. False on
// overflow.
inline bool walk_bounds(const int32_t* dims, const int32_t* strides, int rank, int64_t* low, int64_t* high) {
  *low = *high = 0;
  for (int d = 0; d < rank; ++d) {
    const int64_t reach = (int64_t{dims[d]} - 1) * strides[d];
    if (__builtin_add_overflow(reach < 0 ? *low : *high, reach, reach < 0 ? low : high)) return false;
  }
  return true;
}

// Work on n elements is cut into blocks of this many, whatever the number of threads: results (vector body
// against tail) must not depend on it.
constexpr int64_t kBlock = 16384;

}  // namespace spinexr

#endif  // SPINEXR_OPS_GEOMETRY_H_
