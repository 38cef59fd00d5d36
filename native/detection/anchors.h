// Anchor boxes of one feature level. As detectron2's DefaultAnchorGenerator.
#ifndef SPINEXR_DETECTION_ANCHORS_H_
#define SPINEXR_DETECTION_ANCHORS_H_

#include <stdint.h>

#include "box.h"

namespace spinexr {

struct AnchorGrid {
  int64_t height, width;  // of the feature map
  double stride;          // picture pixels per map pixel
  double offset;          // of the first centre, in strides: 0 or 0.5
};

// The shapes (width, height) of sizes x ratios anchors: the sizes outside and the ratios (height / width)
// innermost. Computed in double: an anchor of size s and ratio r has the area s^2.
void anchor_shapes(const double* sizes, int64_t size_count, const double* ratios, int64_t ratio_count,
                   float* shapes);

// The box of one shape (width, height) at a place of the map. The centre is computed in double; centre and
// half sides are rounded to float32 and added there.
SPX_HD inline Box anchor_box(const AnchorGrid& grid, int64_t y, int64_t x, const float* shape) {
  const float cy = static_cast<float>(grid.offset * grid.stride + static_cast<double>(y) * grid.stride);
  const float cx = static_cast<float>(grid.offset * grid.stride + static_cast<double>(x) * grid.stride);
  const float half_w = shape[0] / 2, half_h = shape[1] / 2;
  return {cx - half_w, cy - half_h, cx + half_w, cy + half_h};
}

// Writes height x width x count boxes (corners, in picture pixels, not clipped): row major, at each place one
// for each shape.
void make_anchors(const AnchorGrid& grid, const float* shapes, int64_t count, float* anchors);

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_ANCHORS_H_
