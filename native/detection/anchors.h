// Anchor boxes of one feature level. As detectron2's DefaultAnchorGenerator.
#ifndef SPINEXR_DETECTION_ANCHORS_H_
#define SPINEXR_DETECTION_ANCHORS_H_

#include <stdint.h>

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

// Writes height x width x count boxes (corners, in picture pixels, not clipped): row major, at each place one
// for each shape. Centres are computed in double; centre and half sides are rounded to float32 and added
// there.
void make_anchors(const AnchorGrid& grid, const float* shapes, int64_t count, float* anchors);

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_ANCHORS_H_
