// What one element becomes where the answer is a matter of rules and not of rounding: NaN, integers that
// wrap, division by zero, conversions. Shared by the processor and by GPUs.
#ifndef SPINEXR_OPS_ELEMENT_MATH_H_
#define SPINEXR_OPS_ELEMENT_MATH_H_

#include <stdint.h>

#include "base/host_device.h"

namespace spinexr {

// NaN of either side stays: a comparison with it is false, and it is not equal to itself.
template <class T>
SPX_HD T keep_max(T a, T b) {
  return a > b || a != a ? a : b;
}
template <class T>
SPX_HD T keep_min(T a, T b) {
  return a < b || a != a ? a : b;
}

// Integers wrap; division by zero gives 0 (a plan cannot make the process trap).
SPX_HD inline int32_t wrap(uint32_t v) { return static_cast<int32_t>(v); }
SPX_HD inline int32_t negate(int32_t x) { return wrap(0u - static_cast<uint32_t>(x)); }
SPX_HD inline int32_t multiply(int32_t a, int32_t b) {
  return wrap(static_cast<uint32_t>(a) * static_cast<uint32_t>(b));
}
SPX_HD inline int32_t divide(int32_t a, int32_t b) { return b == 0 ? 0 : b == -1 ? negate(a) : a / b; }
// The remainder with the divisor's sign (ONNX Mod with fmod = 0, as in Python).
SPX_HD inline int32_t modulo(int32_t a, int32_t b) {
  if (b == 0 || b == -1) return 0;
  const int32_t r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
SPX_HD inline int32_t power(int32_t a, int32_t b) {
  if (b < 0) return a == 1 ? 1 : a == -1 ? (b % 2 == 0 ? 1 : -1) : 0;
  uint32_t result = 1, base = static_cast<uint32_t>(a);
  for (; b > 0; b >>= 1, base *= base) {
    if (b & 1) result *= base;
  }
  return wrap(result);
}

// Conversions: truncation that saturates (NaN gives 0), u8 is a truth value.
SPX_HD inline void convert(float x, int32_t* y) {
  *y = x != x                ? 0
       : x <= -2147483648.0f ? INT32_MIN
       : x >= 2147483648.0f  ? INT32_MAX
                             : static_cast<int32_t>(x);
}
SPX_HD inline void convert(float x, uint8_t* y) { *y = x != 0; }
SPX_HD inline void convert(int32_t x, float* y) { *y = static_cast<float>(x); }
SPX_HD inline void convert(int32_t x, uint8_t* y) { *y = x != 0; }
SPX_HD inline void convert(uint8_t x, float* y) { *y = x; }
SPX_HD inline void convert(uint8_t x, int32_t* y) { *y = x; }
template <class T>
SPX_HD void convert(T x, T* y) {
  *y = x;
}

// The result of a reduction in its type; an undefined conversion must not happen.
SPX_HD inline float round_to(double value, float) { return static_cast<float>(value); }
SPX_HD inline int32_t round_to(double value, int32_t) {
  if (!(value > INT32_MIN)) return INT32_MIN;
  return value < INT32_MAX ? static_cast<int32_t>(value) : INT32_MAX;
}

}  // namespace spinexr

#endif  // SPINEXR_OPS_ELEMENT_MATH_H_
