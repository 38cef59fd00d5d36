#include "tone_curve.h"

#include <cmath>

#include "exact_exp.h"

namespace spinexr::image {
namespace {

constexpr int32_t kLinear = 0, kLinearExact = 1, kSigmoid = 2;

double power_of_two(int32_t exponent) { return std::ldexp(1.0, exponent); }

}  // namespace

bool ToneCurve::assign(const spx_voi& voi, int32_t bits_stored, bool is_signed) {
  switch (voi.kind) {
    case 0:
      kind_ = Kind::kIdentity;
      return true;
    case 1:
      return assign_window(voi, bits_stored, is_signed);
    default:
      break;
  }
  if (voi.lut_bits != 8 && (voi.lut_bits < 10 || voi.lut_bits > 16)) return false;
  kind_ = Kind::kLut;
  lut_ = voi.lut;
  lut_first_ = voi.lut_first;
  lut_last_ = voi.lut_entries - 1;
  lut_mask_ = voi.lut_bits == 8 ? 0xff : 0xffff;
  return true;
}

bool ToneCurve::assign_window(const spx_voi& voi, int32_t bits_stored, bool is_signed) {
  if (!std::isfinite(voi.center) || !std::isfinite(voi.width)) return false;
  center_ = voi.center;
  width_ = voi.width;
  switch (voi.function) {
    case kLinear:
      if (width_ < 1) return false;
      center_ -= 0.5;
      width_ -= 1;
      kind_ = Kind::kLinear;
      break;
    case kLinearExact:
      if (width_ <= 0) return false;
      kind_ = Kind::kLinear;
      break;
    case kSigmoid:
      if (width_ <= 0) return false;
      kind_ = Kind::kSigmoid;
      break;
    default:
      return false;
  }
  minimum_ = is_signed ? -power_of_two(bits_stored - 1) : 0.0;
  maximum_ = is_signed ? power_of_two(bits_stored - 1) - 1 : power_of_two(bits_stored) - 1;
  if (voi.has_rescale != 0) {
    if (!std::isfinite(voi.rescale_slope) || !std::isfinite(voi.rescale_intercept)) return false;
    minimum_ = minimum_ * voi.rescale_slope + voi.rescale_intercept;
    maximum_ = maximum_ * voi.rescale_slope + voi.rescale_intercept;
  }
  range_ = maximum_ - minimum_;
  low_ = center_ - width_ / 2;
  high_ = center_ + width_ / 2;
  return true;
}

double ToneCurve::operator()(int32_t sample) const {
  const double x = sample;
  switch (kind_) {
    case Kind::kLinear:
      if (x <= low_) return minimum_;
      if (x > high_) return maximum_;
      return ((x - center_) / width_ + 0.5) * range_ + minimum_;
    case Kind::kSigmoid:
      return range_ / (1 + exact_exp(-4 * (x - center_) / width_)) + minimum_;
    case Kind::kLut: {
      const int64_t index = sample - lut_first_;
      return lut_[index < 0 ? 0 : index > lut_last_ ? lut_last_ : index] & lut_mask_;
    }
    case Kind::kIdentity:
      break;
  }
  return x;
}

}  // namespace spinexr::image
