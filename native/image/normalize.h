// Grey picture -> network input.
#ifndef SPINEXR_IMAGE_NORMALIZE_H_
#define SPINEXR_IMAGE_NORMALIZE_H_

#include <stdint.h>

namespace spinexr::image {

// target f32 [3, padded_height, padded_width], channel c = (grey - mean[c]) / std[c] in float32; zeros to the
// right and below (padding follows normalisation). padded sides >= sides >= 1.
void normalize(const uint8_t* grey, int32_t height, int32_t width, const float* mean, const float* std,
               float* target, int32_t padded_height, int32_t padded_width);

}  // namespace spinexr::image

#endif  // SPINEXR_IMAGE_NORMALIZE_H_
