// Pillow's BILINEAR resize of 8-bit grey pictures: a triangle filter that widens when shrinking.
#ifndef SPINEXR_IMAGE_RESIZE_H_
#define SPINEXR_IMAGE_RESIZE_H_

#include <stdint.h>

namespace spinexr::image {

// Row-major u8; all sides >= 1. Horizontal pass first, u8 in between; an axis that keeps its size is skipped.
// Weights are 22-bit fixed point. False: out of memory.
bool resize_bilinear(const uint8_t* source, int32_t height, int32_t width, uint8_t* target,
                     int32_t target_height, int32_t target_width);

}  // namespace spinexr::image

#endif  // SPINEXR_IMAGE_RESIZE_H_
