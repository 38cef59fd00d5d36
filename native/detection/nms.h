// Greedy non-maximum suppression of one class. A pure function in float32: no engine types, no allocation.
#ifndef SPINEXR_DETECTION_NMS_H_
#define SPINEXR_DETECTION_NMS_H_

#include <stdint.h>

namespace spinexr {

struct NmsOptions {
  int64_t max_selected;
  float iou_threshold;    // a box is dropped when its IoU with a kept one is greater
  float score_threshold;  // only boxes with a greater score take part
  bool center_point_box;  // x centre, y centre, width, height; otherwise y0, x0, y1, x1 with corners in any
                          // order
};

// boxes: n x 4, scores: n. Writes the kept indices to `kept` (room for n) in falling score, ties by the lower
// index, and returns their count. `order` is scratch for n numbers. A NaN score takes no part; boxes without
// area neither suppress nor are suppressed. As ONNX NonMaxSuppression.
int64_t nms(const float* boxes, const float* scores, int64_t n, const NmsOptions& options, int32_t* order,
            int32_t* kept);

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_NMS_H_
