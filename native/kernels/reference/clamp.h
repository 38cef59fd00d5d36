#ifndef SPINEXR_KERNELS_REFERENCE_CLAMP_H_
#define SPINEXR_KERNELS_REFERENCE_CLAMP_H_

namespace spinexr::reference {
namespace {

// A comparison with NaN is false, so NaN passes through.
inline float clamp(float v, float low, float high) {
  v = v < low ? low : v;
  return v > high ? high : v;
}

}  // namespace
}  // namespace spinexr::reference

#endif  // SPINEXR_KERNELS_REFERENCE_CLAMP_H_
