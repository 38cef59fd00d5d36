#include "nms.h"

#include <algorithm>

#include "class_shift.h"

namespace spinexr {
namespace {

bool has_area(const NmsCandidate& c) { return spinexr::has_area(c.box, c.area); }

// The kept boxes by the vertical slab in which they begin. Which slab is a monotonic function of x, so a box
// that begins left of x lies in a slab not right of that of x; nothing depends on how x is rounded.
class Slabs {
 public:
  Slabs(const NmsCandidate* candidates, int64_t n) : candidates_(candidates) {
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < n; ++i) {
      if (!has_area(candidates[i])) continue;
      low = std::min(low, double{candidates[i].box.x0});
      high = std::max(high, double{candidates[i].box.x0});
    }
    if (high > low) {
      low_ = low;
      scale_ = kCount / (high - low);
    }
    std::fill(first_, first_ + kCount, -1);
    std::fill(reach_, reach_ + kCount, -INFINITY);
  }

  bool suppress(const NmsCandidate& c, double threshold) const {
    for (int last = slab(c.box.x1), s = 0; s <= last; ++s) {
      if (!(reach_[s] > c.box.x0)) continue;
      for (int32_t i = first_[s]; i >= 0; i = candidates_[i].next) {
        const NmsCandidate& kept = candidates_[i];
        if (suppresses(kept.box, kept.area, c.box, c.area, threshold)) return true;
      }
    }
    return false;
  }

  void keep(NmsCandidate* c) {
    const int s = slab(c->box.x0);
    c->next = first_[s];
    first_[s] = static_cast<int32_t>(c - candidates_);
    reach_[s] = std::max(reach_[s], c->box.x1);
  }

 private:
  static constexpr int kCount = 64;

  int slab(float x) const {
    const double place = (double{x} - low_) * scale_;
    return place <= 0 ? 0 : place >= kCount - 1 ? kCount - 1 : static_cast<int>(place);
  }

  const NmsCandidate* candidates_;
  double low_ = 0, scale_ = 0;
  int32_t first_[kCount];
  float reach_[kCount];  // largest x1
};

}  // namespace

int64_t nms(const float* boxes, const float* scores, const int32_t* classes, int64_t n,
            const NmsOptions& options, int32_t* order, NmsCandidate* candidates, int32_t* kept) {
  ClassShift shift(classes);
  int64_t size = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (!(scores[i] > options.score_threshold)) continue;
    order[size++] = static_cast<int32_t>(i);
    shift.include(read_box(boxes + i * 4, options.format));
  }
  std::sort(order, order + size, [scores](int32_t a, int32_t b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
  });
  for (int64_t i = 0; i < size; ++i) {
    const Box box = shift.apply(read_box(boxes + int64_t{order[i]} * 4, options.format), order[i]);
    candidates[i] = {box, box.area(), -1};
  }
  Slabs slabs(candidates, size);
  int64_t count = 0;
  for (int64_t i = 0; i < size && count < options.max_selected; ++i) {
    const bool area = has_area(candidates[i]);
    if (area && slabs.suppress(candidates[i], options.iou_threshold)) continue;
    if (area) slabs.keep(&candidates[i]);
    kept[count++] = order[i];
  }
  return count;
}

}  // namespace spinexr
