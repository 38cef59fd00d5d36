#include "anchors.h"

#include <math.h>

#include "box.h"

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
    const float cy = static_cast<float>(grid.offset * grid.stride + double(y) * grid.stride);
    for (int64_t x = 0; x < grid.width; ++x) {
      const float cx = static_cast<float>(grid.offset * grid.stride + double(x) * grid.stride);
      for (int64_t a = 0; a < count; ++a, anchors += 4) {
        const float half_w = shapes[a * 2] / 2, half_h = shapes[a * 2 + 1] / 2;
        write_box({cx - half_w, cy - half_h, cx + half_w, cy + half_h}, anchors);
      }
    }
  }
}

}  // namespace spinexr
