#include "soft_nms.h"

#include "class_shift.h"
#include "portable_math.h"

namespace spinexr {
namespace {

float decayed(float score, float overlap, const SoftNmsOptions& options) {
  if (options.gaussian) {
    const float exponent = overlap * overlap / options.sigma;
    return score * static_cast<float>(portable_exp(-double{exponent}));
  }
  return double{overlap} > options.iou_threshold ? score * (1 - overlap) : score;
}

bool better(const SoftNmsCandidate& a, const SoftNmsCandidate& b) {
  return a.score > b.score || (a.score == b.score && a.index < b.index);
}

}  // namespace

int64_t soft_nms(const float* boxes, const float* scores, const int32_t* classes, int64_t n,
                 const SoftNmsOptions& options, SoftNmsCandidate* candidates, int32_t* kept,
                 float* kept_scores) {
  ClassShift shift(classes);
  int64_t size = 0, count = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (!(scores[i] > options.score_threshold)) continue;
    const Box box = read_box(boxes + i * 4);
    shift.include(box);
    candidates[size++] = {box, 0, scores[i], static_cast<int32_t>(i)};
  }
  for (int64_t i = 0; i < size; ++i) {
    candidates[i].box = shift.apply(candidates[i].box, candidates[i].index);
    candidates[i].area = candidates[i].box.area();
  }
  while (size > 0) {
    int64_t best = 0;
    for (int64_t i = 1; i < size; ++i) {
      if (better(candidates[i], candidates[best])) best = i;
    }
    const SoftNmsCandidate chosen = candidates[best];
    kept[count] = chosen.index;
    kept_scores[count++] = chosen.score;
    candidates[best] = candidates[--size];
    int64_t left = 0;
    for (int64_t i = 0; i < size; ++i) {
      SoftNmsCandidate other = candidates[i];
      const float overlap = iou(chosen.box, chosen.area, other.box, other.area);
      if (overlap > 0) other.score = decayed(other.score, overlap, options);
      if (other.score > options.score_threshold) candidates[left++] = other;
    }
    size = left;
  }
  return count;
}

}  // namespace spinexr
