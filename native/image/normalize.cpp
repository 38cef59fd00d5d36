#include "normalize.h"

#include <stddef.h>

namespace spinexr::image {

void normalize(const uint8_t* grey, int32_t height, int32_t width, const float* mean, const float* std,
               float* target, int32_t padded_height, int32_t padded_width) {
  for (int channel = 0; channel < 3; channel++) {
    float table[256];
    for (int level = 0; level < 256; level++) {
      table[level] = (static_cast<float>(level) - mean[channel]) / std[channel];
    }
    for (int32_t y = 0; y < padded_height; y++) {
      const uint8_t* row = grey + static_cast<size_t>(y) * width;
      const int32_t filled = y < height ? width : 0;
      for (int32_t x = 0; x < filled; x++) target[x] = table[row[x]];
      for (int32_t x = filled; x < padded_width; x++) target[x] = 0.0F;
      target += padded_width;
    }
  }
}

}  // namespace spinexr::image
