// Boxes of different classes moved apart, so that one pass of suppression serves all classes. As
// torchvision's batched_nms: box + class * (largest coordinate + 1) in float32.
#ifndef SPINEXR_DETECTION_CLASS_SHIFT_H_
#define SPINEXR_DETECTION_CLASS_SHIFT_H_

#include <math.h>

#include "box.h"

namespace spinexr {

class ClassShift {
 public:
  // classes: the number of each box, or null for none.
  explicit ClassShift(const int32_t* classes) : classes_(classes) {}

  // Counts a box that takes part towards the largest coordinate (the reference drops the others before). NaN
  // and infinite coordinates do not count.
  void include(const Box& box) {
    for (const float coordinate : {box.x0, box.y0, box.x1, box.y1}) {
      if (isfinite(coordinate) && coordinate > largest_) largest_ = coordinate;
    }
  }

  // Once all are included. Boxes left of or above -1 may still meet boxes of the class before, as in the
  // reference.
  Box apply(const Box& box, int64_t i) const {
    if (classes_ == nullptr) return box;
    const float stride = isfinite(largest_) ? largest_ + 1 : 0;
    const float shift = static_cast<float>(classes_[i]) * stride;
    return {box.x0 + shift, box.y0 + shift, box.x1 + shift, box.y1 + shift};
  }

 private:
  const int32_t* classes_;
  float largest_ = -INFINITY;
};

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_CLASS_SHIFT_H_
