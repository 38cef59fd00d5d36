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
  SPX_HD explicit ClassShift(const int32_t* classes) : classes_(classes) {}

  // Counts a box that takes part towards the largest coordinate (the reference drops the others before). NaN
  // and infinite coordinates do not count.
  SPX_HD void include(const Box& box) {
    include(box.x0);
    include(box.y0);
    include(box.x1);
    include(box.y1);
  }
  SPX_HD void include(float coordinate) {
    if (isfinite(coordinate) && coordinate > largest_) largest_ = coordinate;
  }
  // -infinity before one has been included.
  SPX_HD float largest() const { return largest_; }

  // Once all are included. Boxes left of or above -1 may still meet boxes of the class before, as in the
  // reference.
  SPX_HD Box apply(const Box& box, int64_t i) const {
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
