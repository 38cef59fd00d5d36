#include "top_k.h"

namespace spinexr {

int64_t top_k(const float* scores, int64_t n, int64_t k, float score_threshold, uint64_t* scratch,
              int32_t* kept) {
  LowestRanks best(scratch, n, k);
  for (int64_t i = 0; i < n; ++i) {
    if (scores[i] > score_threshold) best.offer(~order_key(scores[i]), i);
  }
  const int64_t count = best.finish();
  for (int64_t i = 0; i < count; ++i) kept[i] = best.index(i);
  return count;
}

}  // namespace spinexr
