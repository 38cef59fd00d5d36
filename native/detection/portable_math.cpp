#include "portable_math.h"

#include <math.h>

namespace spinexr {
namespace {

constexpr double kLn2High = 0x1.62e42fee00000p-1, kLn2Low = 0x1.a39ef35793c76p-33;  // together ln 2
constexpr double kLog2e = 1.4426950408889634;

// x = part 2^exponent with part in [sqrt(1/2), sqrt(2)); log_part is ln part. x: positive, finite.
struct Split {
  double log_part;
  int exponent;
};
Split split(double x) {
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
bool is_special(double x, double* result) {
  if (x > 0 && x < INFINITY) return false;
  *result = x == 0 ? -INFINITY : x > 0 ? x : NAN;
  return true;
}

}  // namespace

double portable_exp(double x) {
  if (isnan(x)) return x;
  if (x > 709) return INFINITY;
  if (x < -708) return 0;
  // x = k ln 2 + r, |r| <= ln 2 / 2; the Taylor series to r^13 leaves less than 1e-17.
  const double k = floor(x * kLog2e + 0.5);
  const double r = (x - k * kLn2High) - k * kLn2Low;
  double sum = 1;
  for (int term = 13; term >= 1; --term) sum = 1 + sum * r / term;
  return ldexp(sum, static_cast<int>(k));
}

double portable_log(double x) {
  double result;
  if (is_special(x, &result)) return result;
  const Split parts = split(x);
  return parts.exponent * kLn2High + (parts.exponent * kLn2Low + parts.log_part);
}

double portable_log2(double x) {
  double result;
  if (is_special(x, &result)) return result;
  const Split parts = split(x);
  return parts.exponent + parts.log_part * kLog2e;
}

}  // namespace spinexr
