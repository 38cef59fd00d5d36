// The activation behind a product or an element-wise step.
#ifndef SPINEXR_CUDA_DEVICE_ACTIVATION_H_
#define SPINEXR_CUDA_DEVICE_ACTIVATION_H_

#include <math.h>

#include "base/host_device.h"
#include "plan/enums.h"

namespace spinexr::cuda {

// Comparisons are written so that NaN falls through to itself.
SPX_HD inline float clamp(float v, float low, float high) {
  v = v < low ? low : v;
  return v > high ? high : v;
}
SPX_HD inline float sigmoid(float v) { return 1 / (1 + expf(-v)); }

// `kind` with alpha and beta as in a plan; passed to kernels by value.
struct Activate {
  Activation kind = Activation::kNone;
  float alpha = 0, beta = 0;

  Activate() = default;
  SPX_HD Activate(int32_t number, float a, float b)
      : kind(static_cast<Activation>(number)), alpha(a), beta(b) {}

  SPX_HD float operator()(float v) const {
    switch (kind) {
      case Activation::kRelu:
        return v < 0 ? 0.0f : v;
      case Activation::kClip:
        return clamp(v, alpha, beta);
      case Activation::kLeakyRelu:
        return v < 0 ? alpha * v : v;
      case Activation::kSigmoid:
        return sigmoid(v);
      case Activation::kTanh:
        return tanhf(v);
      case Activation::kSilu:
        return v * sigmoid(v);
      case Activation::kHardSigmoid:
        return clamp(alpha * v + beta, 0, 1);
      case Activation::kHardSwish:  // v + 3 is exact near -3, where v / 6 + 1 / 2 would cancel
        return v * (clamp(v + 3, 0, 6) * (1.0f / 6));
      default:
        return v;
    }
  }
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_DEVICE_ACTIVATION_H_
