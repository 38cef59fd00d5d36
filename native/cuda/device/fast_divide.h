// Division by a number that a whole kernel divides by: a multiplication and a shift (Granlund and Montgomery,
// Division by Invariant Integers using Multiplication, 1994).
#ifndef SPINEXR_CUDA_DEVICE_FAST_DIVIDE_H_
#define SPINEXR_CUDA_DEVICE_FAST_DIVIDE_H_

#include <stdint.h>

#include "base/host_device.h"

namespace spinexr::cuda {

// By divisor >= 1. Quick for numbers below 2^31, right for all that are not negative.
class FastDivide {
 public:
  FastDivide() = default;
  explicit FastDivide(int64_t divisor) : divisor_(divisor) {
    // Beyond 2^31 the quick way has to give 0 for every number it takes: a shift of 31 does.
    if (divisor > int64_t{1} << 31) {
      multiplier_ = 0;
      shift_ = 31;
      return;
    }
    while ((int64_t{1} << shift_) < divisor) ++shift_;
    const uint64_t over = (uint64_t{1} << shift_) - static_cast<uint64_t>(divisor);
    multiplier_ = static_cast<uint32_t>((over << 32) / static_cast<uint64_t>(divisor) + 1);
  }

  SPX_HD int64_t divisor() const { return divisor_; }
  // n = quotient * divisor + remainder.
  SPX_HD void divide(int64_t n, int64_t* quotient, int64_t* remainder) const {
    if (n >> 31 == 0) {
      const uint32_t low = static_cast<uint32_t>(n);
      const uint32_t high = static_cast<uint32_t>(uint64_t{low} * multiplier_ >> 32);
      const uint32_t q = (high + low) >> shift_;
      *quotient = q;
      *remainder = static_cast<uint32_t>(low - q * static_cast<uint32_t>(divisor_));
    } else {
      *quotient = n / divisor_;
      *remainder = n - *quotient * divisor_;
    }
  }

 private:
  int64_t divisor_ = 1;
  uint32_t multiplier_ = 1;
  uint32_t shift_ = 0;
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_DEVICE_FAST_DIVIDE_H_
