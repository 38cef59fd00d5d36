#include "anchors.h"

#include <math.h>

namespace spinexr {

void anchor_shapes(const double* sizes, int64_t size_count, const double* ratios, int64_t ratio_count,
                   float* shapes) {
  for (int64_t s = 0; s < size_count; ++s) {
    for (int64_t r = 0; r < ratio_count; ++r, shapes += 2) {
      const double width = sqrt(sizes[s] * sizes[s] / ratios[r]);
      shapes[0] = static_cast<float>(width);
      shapes[1] = static_cast<float>(ratios[r] * width);
    }
  }
}

void make_anchors(const AnchorGrid& grid, const float* shapes, int64_t count, float* anchors) {
  for (int64_t y = 0; y < grid.height; ++y) {
    for (int64_t x = 0; x < grid.width; ++x) {
      for (int64_t a = 0; a < count; ++a, anchors += 4)
        write_box(anchor_box(grid, y, x, shapes + a * 2), anchors);
    }
  }
}

}  // namespace spinexr
