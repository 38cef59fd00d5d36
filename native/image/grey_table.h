// The reference conversion as a table: grey level of every value that samples may have.
#ifndef SPINEXR_IMAGE_GREY_TABLE_H_
#define SPINEXR_IMAGE_GREY_TABLE_H_

#include <stddef.h>
#include <stdint.h>

#include <limits>
#include <memory>

#include "sample_range.h"
#include "tone_curve.h"
#include "workers.h"

namespace spinexr::image {

// The steps behind the curve: y = max - y when inverted; y -= min; y /= max; y *= 255, truncated. Rounding is
// monotone, so the extrema of every step follow from the extrema of the first. Of equal extrema (0/0) 0
// comes.
class MinMax {
 public:
  explicit MinMax(bool invert) : invert_(invert) {}

  void include(double value) {
    low_ = value < low_ ? value : low_;
    high_ = value > high_ ? value : high_;
  }
  bool same_extrema(const MinMax& other) const { return low_ == other.low_ && high_ == other.high_; }
  void finish() {
    offset_ = invert_ ? 0.0 : low_;  // max - max
    range_ = high_ - low_;
  }
  uint8_t operator()(double value) const {
    const double inverted = invert_ ? high_ - value : value;
    const double scaled = (inverted - offset_) / range_ * 255;
    return scaled > 0 ? static_cast<uint8_t>(scaled < 255 ? scaled : 255) : 0;  // NaN -> 0
  }

 private:
  bool invert_;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
  double offset_ = 0, range_ = 0;
};

class GreyTable {
 public:
  // Only values that occur take part in the extrema. Both ends of the range do, so that a curve which is
  // extreme at its ends, as windows are, needs no look at which others do. All samples are in `range`, which
  // is in [low, low + size), size <= 65536, count >= 1. T as in window.h. False: out of memory.
  template <typename T>
  bool assign(const T* samples, size_t count, const Range& range, int32_t low, int32_t size,
              const ToneCurve& curve, bool monochrome1, const Workers& workers);
  // Level of the value `low`, and those of the values above it; 0 outside the range.
  const uint8_t* levels() const { return levels_.get(); }

 private:
  std::unique_ptr<uint8_t[]> levels_;
};

}  // namespace spinexr::image

#endif  // SPINEXR_IMAGE_GREY_TABLE_H_
