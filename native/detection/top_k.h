// The best scores. A pure function: no engine types, no allocation.
#ifndef SPINEXR_DETECTION_TOP_K_H_
#define SPINEXR_DETECTION_TOP_K_H_

#include <stdint.h>

namespace spinexr {

// Indices of the k highest scores in falling order, ties by the lower index; only scores greater than
// score_threshold, so never a NaN. `order` has room for n; the first ones are the answer, whose count is
// returned.
int64_t top_k(const float* scores, int64_t n, int64_t k, float score_threshold, int32_t* order);

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_TOP_K_H_
