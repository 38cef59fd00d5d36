// Value-of-interest curve: stored sample -> value, in float64 and in numpy's order of operations.
#ifndef SPINEXR_IMAGE_TONE_CURVE_H_
#define SPINEXR_IMAGE_TONE_CURVE_H_

#include <stdint.h>

#include "../engine.h"

namespace spinexr::image {

// DICOM PS3.3 C.11.2 as pydicom 2.x evaluates it. The stored sample goes in unscaled: the reference does not
// apply the modality transformation, it only stretches the window's output range by the rescale values.
class ToneCurve {
 public:
  // False when the reference would raise and take its fallback: window too narrow (width < 1 for LINEAR, <= 0
  // otherwise), unknown function, numbers that are not finite, LUT depth other than 8 or 10..16.
  bool assign(const spx_voi& voi, int32_t bits_stored, bool is_signed);
  double operator()(int32_t sample) const;

 private:
  enum class Kind { kIdentity, kLinear, kSigmoid, kLut };

  bool assign_window(const spx_voi& voi, int32_t bits_stored, bool is_signed);

  Kind kind_ = Kind::kIdentity;
  double center_ = 0, width_ = 1;
  double low_ = 0, high_ = 0;  // samples <= low_ give minimum_, > high_ give maximum_
  double minimum_ = 0, maximum_ = 0, range_ = 0;
  int64_t lut_first_ = 0, lut_last_ = 0;  // last valid index
  uint16_t lut_mask_ = 0xffff;
  const uint16_t* lut_ = nullptr;
};

}  // namespace spinexr::image

#endif  // SPINEXR_IMAGE_TONE_CURVE_H_
