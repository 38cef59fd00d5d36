// exp and log with the same bits on every platform, GPUs included: C libraries differ in the last place. Only
// operations that IEEE 754 rounds exactly, in a fixed order. Errors are a few 1e-16 relative: far below half
// a float32 step.
#ifndef SPINEXR_DETECTION_PORTABLE_MATH_H_
#define SPINEXR_DETECTION_PORTABLE_MATH_H_

#include <math.h>

#include "base/host_device.h"

namespace spinexr {

// x = part 2^exponent with part in [sqrt(1/2), sqrt(2)); log_part is ln part. x: positive, finite.
struct SplitLog {
  double log_part;
  int exponent;
};
SPX_HD inline SplitLog split_log(double x) {
  int exponent;
  double part = frexp(x, &exponent);
  if (part < 0.70710678118654752) {
    part *= 2;
    --exponent;
  }
  // ln part = 2 atanh(s), s = (part - 1) / (part + 1), |s| < 0.1716: 12 terms leave less than 1e-19.
  const double s = (part - 1) / (part + 1), square = s * s;
  double sum = 0;
  for (int term = 23; term >= 3; term -= 2) sum = (sum + 1.0 / term) * square;
  return {2 * (s + s * sum), exponent};
}

// What log gives where it is not a number of its own: infinity, NaN.
SPX_HD inline bool is_special_of_log(double x, double* result) {
  if (x > 0 && x < static_cast<double>(INFINITY)) return false;
  *result = x == 0 ? -static_cast<double>(INFINITY) : x > 0 ? x : static_cast<double>(NAN);
  return true;
}

// NaN gives NaN; above 709 infinity, below -708 0.
SPX_HD inline double portable_exp(double x) {
  constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;  // together ln 2
  constexpr double kLog2e = 1.4426950408889634;
  if (x != x) return x;
  if (x > 709) return static_cast<double>(INFINITY);
  if (x < -708) return 0;
  // x = k ln 2 + r, |r| <= ln 2 / 2; the Taylor series to r^13 leaves less than 1e-17.
  const double k = floor(x * kLog2e + 0.5);
  const double r = (x - k * kLn2High) - k * kLn2Low;
  double sum = 1;
  for (int term = 13; term >= 1; --term) sum = 1 + sum * r / term;
  return ldexp(sum, static_cast<int>(k));
}

// 0 gives -infinity, negative numbers and NaN give NaN.
SPX_HD inline double portable_log(double x) {
  constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;
  double result;
  if (is_special_of_log(x, &result)) return result;
  const SplitLog parts = split_log(x);
  return parts.exponent * kLn2High + (parts.exponent * kLn2Low + parts.log_part);
}

// As portable_log; exact for powers of two.
SPX_HD inline double portable_log2(double x) {
  constexpr double kLog2e = 1.4426950408889634;
  double result;
  if (is_special_of_log(x, &result)) return result;
  const SplitLog parts = split_log(x);
  return parts.exponent + parts.log_part * kLog2e;
}

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_PORTABLE_MATH_H_
