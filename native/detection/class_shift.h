// Boxes of different classes moved apart, so that one pass of suppression serves all classes. As
// torchvision's batched_nms: box + class * (largest coordinate + 1) in float32.
#ifndef SPINEXR_DETECTION_CLASS_SHIFT_H_
#define SPINEXR_DETECTION_CLASS_SHIFT_H_

#include <math.h>

#include "box.h"

namespace spinexr {

class ClassShift {
 public:
  // classes: n numbers, or null for none. The largest coordinate is that of all n boxes; NaN and infinite
  // ones do not count. Boxes left of or above -1 may still meet boxes of the class before, as in the
  // reference.
  ClassShift(const float* boxes, const int32_t* classes, int64_t n) : classes_(classes) {
    if (classes == nullptr) return;
    float largest = -INFINITY;
    for (int64_t i = 0; i < n * 4; ++i) {
      if (isfinite(boxes[i]) && boxes[i] > largest) largest = boxes[i];
    }
    stride_ = isfinite(largest) ? largest + 1 : 0;
  }

  Box apply(const Box& box, int64_t i) const {
    if (classes_ == nullptr) return box;
    const float shift = static_cast<float>(classes_[i]) * stride_;
    return {box.x0 + shift, box.y0 + shift, box.x1 + shift, box.y1 + shift};
  }

 private:
  const int32_t* classes_;
  float stride_ = 0;
};

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_CLASS_SHIFT_H_
