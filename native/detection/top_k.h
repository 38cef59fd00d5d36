// The best scores. Pure functions: no engine types, no allocation.
#ifndef SPINEXR_DETECTION_TOP_K_H_
#define SPINEXR_DETECTION_TOP_K_H_

#include <stdint.h>
#include <string.h>

#include <algorithm>

#include "base/host_device.h"

namespace spinexr {

// Unsigned keys in the order of the values: NaN above everything, -0 equal to 0.
SPX_HD inline uint32_t order_key(float v) {
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  if (v == 0) bits = 0;
  if (v != v) return 0xFFFFFFFFu;
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

SPX_HD inline uint32_t order_key(int32_t v) { return static_cast<uint32_t>(v) ^ 0x80000000u; }

// The k lowest of many ranks that come one by one. It holds at most 2 k of them at a time and drops the worse
// half whenever it is full: O(n) for n ranks, and almost all of them only meet one comparison.
class LowestRanks {
 public:
  // Entries of scratch for k out of n.
  static int64_t room(int64_t n, int64_t k) { return std::min(n, 2 * k + kSpare); }

  LowestRanks(uint64_t* entries, int64_t n, int64_t k) : entries_(entries), room_(room(n, k)), k_(k) {}

  // Indices must rise: an equal rank that comes later is the worse one.
  void offer(uint32_t rank, int64_t index) {
    if (rank >= limit_) return;
    entries_[size_++] = uint64_t{rank} << 32 | static_cast<uint64_t>(index);
    if (size_ == room_) shrink();
  }

  // Sorts: afterwards index(0) .. index(count - 1) stand in rising rank, ties by the lower index. Returns the
  // count, k or as many as there were.
  int64_t finish() {
    if (size_ > k_) shrink();
    std::sort(entries_, entries_ + size_);
    return size_;
  }
  int32_t index(int64_t i) const { return static_cast<int32_t>(entries_[i] & 0xFFFFFFFFu); }

 private:
  // So that a small k does not shrink all the time.
  static constexpr int64_t kSpare = 1024;

  void shrink() {
    if (size_ <= k_) return;  // room for no more than k: all are kept
    std::nth_element(entries_, entries_ + k_, entries_ + size_);
    size_ = k_;
    limit_ = k_ == 0 ? 0 : *std::max_element(entries_, entries_ + k_) >> 32;
  }

  uint64_t* entries_;  // rank, then index
  int64_t room_, k_, size_ = 0;
  uint64_t limit_ = uint64_t{1} << 32;  // ranks from here on are too high
};

// Indices of the k highest scores in falling order, ties by the lower index; only scores greater than
// score_threshold, so never a NaN. `kept` has room for n or k; returns their count. `scratch` has
// LowestRanks::room(n, k) entries.
int64_t top_k(const float* scores, int64_t n, int64_t k, float score_threshold, uint64_t* scratch,
              int32_t* kept);

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_TOP_K_H_
