// Greedy non-maximum suppression. A pure function in float32: no engine types, no allocation.
#ifndef SPINEXR_DETECTION_NMS_H_
#define SPINEXR_DETECTION_NMS_H_

#include <math.h>
#include <stdint.h>

#include "box.h"

namespace spinexr {

struct NmsOptions {
  int64_t max_selected;
  double iou_threshold;   // a box is dropped when its IoU with a kept one is greater
  float score_threshold;  // only boxes with a greater score take part
  BoxFormat format;
};

// Only boxes like this can overlap anything. Their corners are finite: an infinite one would make the area
// infinite or NaN.
SPX_HD inline bool has_area(const Box& box, float area) {
  return area > 0 && area < INFINITY && box.x1 > box.x0 && box.y1 > box.y0;
}

// Of two boxes that have an area: whether the one with the lower score goes.
SPX_HD inline bool suppresses(const Box& a, float area_a, const Box& b, float area_b, double iou_threshold) {
  const float overlap = iou(a, area_a, b, area_b);
  return overlap > 0 && static_cast<double>(overlap) > iou_threshold;
}

// Scratch of one box.
struct NmsCandidate {
  Box box;
  float area;
  int32_t next;  // another kept box that begins in the same slab, or -1
};

// boxes: n x 4, scores: n, classes: n numbers or null (boxes of different classes are moved apart by
// class_shift.h). Writes the kept indices to `kept` (room for n or max_selected) in falling score, ties by
// the lower index, and returns their count. `order` and `candidates` are scratch for n entries each. A NaN
// score takes no part; boxes without a finite area neither suppress nor are suppressed. As ONNX
// NonMaxSuppression and torchvision's nms.
//
// O(n log n + n k) for k kept boxes, and far less where boxes lie apart: a box is compared only with the kept
// ones in those vertical slabs that reach it.
int64_t nms(const float* boxes, const float* scores, const int32_t* classes, int64_t n,
            const NmsOptions& options, int32_t* order, NmsCandidate* candidates, int32_t* kept);

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_NMS_H_
