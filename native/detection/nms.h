// Greedy non-maximum suppression. A pure function in float32: no engine types, no allocation.
#ifndef SPINEXR_DETECTION_NMS_H_
#define SPINEXR_DETECTION_NMS_H_

#include <stdint.h>

#include "box.h"

namespace spinexr {

struct NmsOptions {
  int64_t max_selected;
  double iou_threshold;   // a box is dropped when its IoU with a kept one is greater
  float score_threshold;  // only boxes with a greater score take part
  BoxFormat format;
};

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
