// Soft non-maximum suppression (Bodla et al. 2017): overlapping boxes lose score instead of being dropped.
#ifndef SPINEXR_DETECTION_SOFT_NMS_H_
#define SPINEXR_DETECTION_SOFT_NMS_H_

#include <stdint.h>

#include "box.h"

namespace spinexr {

struct SoftNmsOptions {
  bool gaussian;         // score *= exp(-iou^2 / sigma); otherwise score *= 1 - iou where iou > iou_threshold
  double iou_threshold;  // linear
  float sigma;           // gaussian, > 0
  float score_threshold;  // boxes whose score is not greater are dropped, before and after losing score
};

// Scratch of one box.
struct SoftNmsCandidate {
  Box box;
  float area, score;
  int32_t index;
};

// boxes: n x 4 corners, scores: n, classes: n numbers or null (as nms). Again and again the box with the
// highest remaining score (ties by the lower index) is kept and the others lose score. Writes the kept
// indices in the order of keeping, which is that of falling final score, and those scores (room for n each);
// returns their count. A NaN score takes no part; boxes without a finite area neither take nor lose score.
// O(n k).
int64_t soft_nms(const float* boxes, const float* scores, const int32_t* classes, int64_t n,
                 const SoftNmsOptions& options, SoftNmsCandidate* candidates, int32_t* kept,
                 float* kept_scores);

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_SOFT_NMS_H_
