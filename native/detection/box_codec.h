// Boxes as deltas against reference boxes, and clipping. As detectron2's Box2BoxTransform.
#ifndef SPINEXR_DETECTION_BOX_CODEC_H_
#define SPINEXR_DETECTION_BOX_CODEC_H_

#include <stdint.h>

namespace spinexr {

// weights: of dx, dy, dw, dh. boxes: n x 4 corners; deltas and decoded: n x groups x 4 (one group, or one per
// class). dw and dh are clamped from above by scale_clamp before exp. NaN stays NaN.
//   centre = d / weight * size + centre of the box, size = exp(min(d / weight, clamp)) * size of the box
void decode_boxes(const float* boxes, const float* deltas, int64_t n, int64_t groups, const float* weights,
                  float scale_clamp, float* decoded);

// The inverse: deltas (n x 4) that decode from boxes to targets. A reference box without area gives infinity
// or NaN.
void encode_boxes(const float* boxes, const float* targets, int64_t n, const float* weights, float* deltas);

// Corners into 0 .. width and 0 .. height. A NaN stays, and one of width or height limits nothing.
void clip_boxes(const float* boxes, int64_t n, float width, float height, float* clipped);

// Indices of the boxes, ascending, whose width and height are both greater than min_side (room for n);
// returns their count. A box with a NaN is not among them.
int64_t boxes_above(const float* boxes, int64_t n, float min_side, int32_t* kept);

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_BOX_CODEC_H_
