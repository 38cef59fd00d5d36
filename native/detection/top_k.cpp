#include "top_k.h"

#include <algorithm>

namespace spinexr {

int64_t top_k(const float* scores, int64_t n, int64_t k, float score_threshold, int32_t* order) {
  int64_t size = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (scores[i] > score_threshold) order[size++] = static_cast<int32_t>(i);
  }
  const int64_t count = std::min(size, k);
  std::partial_sort(order, order + count, order + size, [scores](int32_t a, int32_t b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
  });
  return count;
}

}  // namespace spinexr
