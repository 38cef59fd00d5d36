#include "unary_math.h"

#include <math.h>

namespace spinexr {
namespace {

template <class F>
void map(float* y, const float* x, int64_t n, const F& f) {
  for (int64_t i = 0; i < n; ++i) y[i] = static_cast<float>(f(static_cast<double>(x[i])));
}

// Comparisons are written so that NaN falls through to itself.
double clamp(double v, double low, double high) {
  v = v < low ? low : v;
  return v > high ? high : v;
}
double sigmoid(double v) { return 1 / (1 + exp(-v)); }
double softplus(double v) { return v > 0 ? v + log1p(exp(-v)) : log1p(exp(v)); }

// The logistic family and what ONNX builds from it.
bool map_activation(UnaryOp op, float* y, const float* x, int64_t n, double alpha, double beta) {
  switch (op) {
    case UnaryOp::kRelu:
      map(y, x, n, [](double v) { return v < 0 ? 0 : v; });
      return true;
    case UnaryOp::kClip:
      map(y, x, n, [=](double v) { return clamp(v, alpha, beta); });
      return true;
    case UnaryOp::kLeakyRelu:
      map(y, x, n, [=](double v) { return v < 0 ? alpha * v : v; });
      return true;
    case UnaryOp::kSigmoid:
      map(y, x, n, sigmoid);
      return true;
    case UnaryOp::kTanh:
      map(y, x, n, [](double v) { return tanh(v); });
      return true;
    case UnaryOp::kSilu:
      map(y, x, n, [](double v) { return v * sigmoid(v); });
      return true;
    case UnaryOp::kHardSigmoid:
      map(y, x, n, [=](double v) { return clamp(alpha * v + beta, 0, 1); });
      return true;
    case UnaryOp::kHardSwish:
      map(y, x, n, [](double v) { return v * clamp(v / 6 + 0.5, 0, 1); });
      return true;
    case UnaryOp::kGelu:
      map(y, x, n, [](double v) { return 0.5 * v * (1 + erf(v * 0.70710678118654752440)); });
      return true;
    case UnaryOp::kGeluTanh:  // sqrt(2 / pi)
      map(y, x, n,
          [](double v) { return 0.5 * v * (1 + tanh(0.79788456080286535588 * (v + 0.044715 * v * v * v))); });
      return true;
    case UnaryOp::kSoftplus:
      map(y, x, n, softplus);
      return true;
    case UnaryOp::kSoftsign:
      map(y, x, n, [](double v) { return v / (1 + fabs(v)); });
      return true;
    case UnaryOp::kElu:
      map(y, x, n, [=](double v) { return v < 0 ? alpha * expm1(v) : v; });
      return true;
    case UnaryOp::kSelu:
      map(y, x, n, [=](double v) { return beta * (v < 0 ? alpha * expm1(v) : v); });
      return true;
    case UnaryOp::kCelu:
      map(y, x, n, [=](double v) { return v < 0 ? alpha * expm1(v / alpha) : v; });
      return true;
    case UnaryOp::kMish:
      map(y, x, n, [](double v) { return v * tanh(softplus(v)); });
      return true;
    case UnaryOp::kThresholdedRelu:
      map(y, x, n, [=](double v) { return v <= alpha ? 0 : v; });
      return true;
    default:
      return false;
  }
}

void map_function(UnaryOp op, float* y, const float* x, int64_t n) {
  switch (op) {
#define SPX_MAP(name, expression)                      \
  case UnaryOp::name:                                  \
    map(y, x, n, [](double v) { return expression; }); \
    break;
    SPX_MAP(kAbs, fabs(v))
    SPX_MAP(kNeg, -v)
    SPX_MAP(kExp, exp(v))
    SPX_MAP(kLog, log(v))
    SPX_MAP(kSqrt, sqrt(v))
    SPX_MAP(kReciprocal, 1 / v)
    SPX_MAP(kFloor, floor(v))
    SPX_MAP(kCeil, ceil(v))
    SPX_MAP(kRound, nearbyint(v))  // half to even
    SPX_MAP(kSign, v > 0 ? 1.0 : v < 0 ? -1.0 : v)
    SPX_MAP(kErf, erf(v))
    SPX_MAP(kSin, sin(v))
    SPX_MAP(kCos, cos(v))
    SPX_MAP(kTan, tan(v))
    SPX_MAP(kAsin, asin(v))
    SPX_MAP(kAcos, acos(v))
    SPX_MAP(kAtan, atan(v))
    SPX_MAP(kSinh, sinh(v))
    SPX_MAP(kCosh, cosh(v))
    SPX_MAP(kAsinh, asinh(v))
    SPX_MAP(kAcosh, acosh(v))
    SPX_MAP(kAtanh, atanh(v))
#undef SPX_MAP
    default:
      break;
  }
}

}  // namespace

void unary_f32(const KernelTable& kernels, UnaryOp op, float* y, const float* x, int64_t n, float alpha,
               float beta) {
  if (kernels.unary(static_cast<int>(op), y, x, n, alpha, beta) != 0) return;
  if (!map_activation(op, y, x, n, alpha, beta)) map_function(op, y, x, n);
}

}  // namespace spinexr
