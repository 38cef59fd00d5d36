// The reference conversion of stored samples to an 8-bit picture.
#ifndef SPINEXR_IMAGE_WINDOW_H_
#define SPINEXR_IMAGE_WINDOW_H_

#include <stddef.h>
#include <stdint.h>

#include "tone_curve.h"

namespace spinexr::image {

enum class Conversion : int32_t { kVoi = 0, kFallback = 1, kNone = 2 };

// VOI curve, inversion when monochrome1, then min-max to 0..255 by truncation. A picture of one value becomes
// 0 everywhere, as the reference's 0/0 -> NaN -> uint8 does on x86-64. count >= 1. False: out of memory.
// T: uint8_t, int8_t, uint16_t, int16_t, int32_t.
template <typename T>
bool display_voi(const T* samples, size_t count, const ToneCurve& curve, bool monochrome1, uint8_t* display);

// What the reference does where the VOI curve raises: |x| * 255 / max(x) rounded half to even and saturated
// (OpenCV convertScaleAbs), inversion, histogram equalisation.
template <typename T>
void display_fallback(const T* samples, size_t count, bool monochrome1, uint8_t* display);

// OpenCV's equalizeHist, in place. count >= 1.
void equalize_histogram(uint8_t* pixels, size_t count);

}  // namespace spinexr::image

#endif  // SPINEXR_IMAGE_WINDOW_H_
