#include "nms.h"

#include <algorithm>

namespace spinexr {
namespace {

struct Box {
  float x0, y0, x1, y1;
  float area() const { return (x1 - x0) * (y1 - y0); }
};

Box read_box(const float* b, bool center_point_box) {
  if (center_point_box) {
    const float half_w = b[2] / 2, half_h = b[3] / 2;
    return {b[0] - half_w, b[1] - half_h, b[0] + half_w, b[1] + half_h};
  }
  return {std::min(b[1], b[3]), std::min(b[0], b[2]), std::max(b[1], b[3]), std::max(b[0], b[2])};
}

bool suppresses(const Box& kept, const Box& other, float threshold) {
  const float width = std::min(kept.x1, other.x1) - std::max(kept.x0, other.x0);
  const float height = std::min(kept.y1, other.y1) - std::max(kept.y0, other.y0);
  if (!(width > 0) || !(height > 0)) return false;
  const float a = kept.area(), b = other.area();
  if (!(a > 0) || !(b > 0)) return false;
  const float intersection = width * height;
  const float both = a + b - intersection;
  return both > 0 && intersection / both > threshold;
}

}  // namespace

int64_t nms(const float* boxes, const float* scores, int64_t n, const NmsOptions& options, int32_t* order,
            int32_t* kept) {
  int64_t candidates = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (scores[i] > options.score_threshold) order[candidates++] = static_cast<int32_t>(i);
  }
  std::sort(order, order + candidates, [scores](int32_t a, int32_t b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
  });
  int64_t count = 0;
  for (int64_t i = 0; i < candidates && count < options.max_selected; ++i) {
    const Box box = read_box(boxes + int64_t{order[i]} * 4, options.center_point_box);
    bool drop = false;
    for (int64_t j = 0; j < count && !drop; ++j) {
      drop = suppresses(read_box(boxes + int64_t{kept[j]} * 4, options.center_point_box), box,
                        options.iou_threshold);
    }
    if (!drop) kept[count++] = order[i];
  }
  return count;
}

}  // namespace spinexr
