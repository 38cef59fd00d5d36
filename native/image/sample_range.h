// The least and the greatest sample of a picture.
#ifndef SPINEXR_IMAGE_SAMPLE_RANGE_H_
#define SPINEXR_IMAGE_SAMPLE_RANGE_H_

#include <stddef.h>
#include <stdint.h>

#include "workers.h"

namespace spinexr::image {

// Both ends occur.
struct Range {
  int32_t low, high;
};

// count >= 1. T as in window.h.
template <typename T>
Range sample_range(const T* samples, size_t count, const Workers& workers);

}  // namespace spinexr::image

#endif  // SPINEXR_IMAGE_SAMPLE_RANGE_H_
