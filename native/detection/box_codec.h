// Boxes as deltas against reference boxes, and clipping. As detectron2's Box2BoxTransform.
#ifndef SPINEXR_DETECTION_BOX_CODEC_H_
#define SPINEXR_DETECTION_BOX_CODEC_H_

#include <stdint.h>

#include "box.h"
#include "portable_math.h"

namespace spinexr {

SPX_HD inline float centre_x(const Box& box) { return box.x0 + 0.5f * box.width(); }
SPX_HD inline float centre_y(const Box& box) { return box.y0 + 0.5f * box.height(); }

// Both let a NaN pass.
SPX_HD inline float at_most(float x, float high) { return x > high ? high : x; }
SPX_HD inline float between_zero_and(float x, float high) { return x < 0 ? 0 : at_most(x, high); }

// weights: of dx, dy, dw, dh. dw and dh are clamped from above by scale_clamp before exp. NaN stays NaN.
//   centre = d / weight * size + centre of the box, size = exp(min(d / weight, clamp)) * size of the box
SPX_HD inline Box decode_box(const Box& box, const float* deltas, const float* weights, float scale_clamp) {
  const float width = box.width(), height = box.height();
  const float cx = deltas[0] / weights[0] * width + centre_x(box);
  const float cy = deltas[1] / weights[1] * height + centre_y(box);
  const float scale_w = static_cast<float>(portable_exp(at_most(deltas[2] / weights[2], scale_clamp)));
  const float scale_h = static_cast<float>(portable_exp(at_most(deltas[3] / weights[3], scale_clamp)));
  const float half_w = 0.5f * (scale_w * width), half_h = 0.5f * (scale_h * height);
  return {cx - half_w, cy - half_h, cx + half_w, cy + half_h};
}

// Corners into 0 .. width and 0 .. height. A NaN stays, and one of width or height limits nothing.
SPX_HD inline Box clip_box(const Box& box, float width, float height) {
  return {between_zero_and(box.x0, width), between_zero_and(box.y0, height), between_zero_and(box.x1, width),
          between_zero_and(box.y1, height)};
}

// decode_box of many. boxes: n x 4 corners; deltas and decoded: n x groups x 4 (one group, or one per class).
void decode_boxes(const float* boxes, const float* deltas, int64_t n, int64_t groups, const float* weights,
                  float scale_clamp, float* decoded);

// The inverse: deltas (n x 4) that decode from boxes to targets. A reference box without area gives infinity
// or NaN.
void encode_boxes(const float* boxes, const float* targets, int64_t n, const float* weights, float* deltas);

// clip_box of n.
void clip_boxes(const float* boxes, int64_t n, float width, float height, float* clipped);

// Indices of the boxes, ascending, whose width and height are both greater than min_side (room for n);
// returns their count. A box with a NaN is not among them.
int64_t boxes_above(const float* boxes, int64_t n, float min_side, int32_t* kept);

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_BOX_CODEC_H_
