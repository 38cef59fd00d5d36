// Zeroed, 64-byte aligned memory whose failure is a status, not an abort.
#ifndef SPINEXR_BASE_ALIGNED_BUFFER_H_
#define SPINEXR_BASE_ALIGNED_BUFFER_H_

#include <stddef.h>
#include <stdint.h>

#include "status.h"

namespace spinexr {

constexpr size_t kAlignment = 64;

// Null when out of memory. Zeroed lazily by the system where it can.
void* aligned_allocate(size_t bytes);
void aligned_release(void* pointer);

inline constexpr uint64_t align_up(uint64_t bytes) {
  return (bytes + kAlignment - 1) & ~uint64_t{kAlignment - 1};
}

// Owns one block between two guards of 64 bytes, so that a write outside is found out (guards_intact) instead
// of silently spoiling a neighbour.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  AlignedBuffer(AlignedBuffer&& other) noexcept;
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept;
  ~AlignedBuffer();

  // `what` names the memory in the message: "the arena". Releases what was held before.
  Status allocate(uint64_t bytes, const char* what);
  bool guards_intact() const;
  // Before guards_intact() of many buffers, which lie far apart.
  void prefetch_guards() const;

  uint8_t* data() const { return data_; }
  float* floats() const { return reinterpret_cast<float*>(data_); }
  size_t size() const { return size_; }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace spinexr

#endif  // SPINEXR_BASE_ALIGNED_BUFFER_H_
