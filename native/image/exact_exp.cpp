#include "exact_exp.h"

#include <cmath>
#include <limits>

namespace spinexr::image {
namespace {

// An unevaluated sum high + low with |low| <= ulp(high) / 2: about 106 bits (Dekker 1971, Knuth TAOCP 4.2.2).
struct Double2 {
  double high, low;
};

Double2 two_sum(double a, double b) {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

Double2 two_product(double a, double b) {
  constexpr double kSplit = 134217729.0;  // 2^27 + 1
  const double a_scaled = kSplit * a, b_scaled = kSplit * b;
  const double a_high = a_scaled - (a_scaled - a), a_low = a - a_high;
  const double b_high = b_scaled - (b_scaled - b), b_low = b - b_high;
  const double product = a * b;
  return {product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low};
}

Double2 add(Double2 a, Double2 b) {
  Double2 sum = two_sum(a.high, b.high);
  sum.low += a.low + b.low;
  return two_sum(sum.high, sum.low);
}

Double2 multiply(Double2 a, Double2 b) {
  Double2 product = two_product(a.high, b.high);
  product.low += a.high * b.low + a.low * b.high;
  return two_sum(product.high, product.low);
}

Double2 divide(Double2 a, double b) {
  const double quotient = a.high / b;
  const Double2 back = two_product(quotient, b);
  const double rest = ((a.high - back.high) - back.low + a.low) / b;
  return two_sum(quotient, rest);
}

}  // namespace

double exact_exp(double x) {
  if (std::isnan(x)) return x;
  if (x > 709.79) return std::numeric_limits<double>::infinity();
  if (x < -708.4) return 0.0;
  // x = k ln 2 + r, |r| <= ln 2 / 2; ln 2 as three doubles so that k ln 2 keeps its bits.
  constexpr double kLn2High = 0x1.62e42fefa3800p-1;  // low 11 bits zero: k times it is exact
  constexpr double kLn2Middle = 0x1.ef35793c76730p-45;
  constexpr double kLn2Low = 0x1.f97b57a079a19p-103;
  const double k = std::nearbyint(x * 1.4426950408889634);
  Double2 r = two_sum(x - k * kLn2High, 0);
  const Double2 middle = two_product(-k, kLn2Middle);
  r = add(r, middle);
  r = add(r, {-k * kLn2Low, 0});
  // exp(r) = exp(r / 256)^256; e = exp(.) - 1 keeps relative bits through the squarings: (1+e)^2 - 1 = 2e +
  // e^2.
  r = {r.high / 256, r.low / 256};
  Double2 e = {1, 0};
  for (int term = 10; term >= 2; term--) e = add({1, 0}, divide(multiply(e, r), term));
  e = multiply(e, r);
  for (int squaring = 0; squaring < 8; squaring++) e = add({2 * e.high, 2 * e.low}, multiply(e, e));
  const Double2 result = add({1, 0}, e);
  return std::ldexp(result.high, static_cast<int>(k));
}

}  // namespace spinexr::image
