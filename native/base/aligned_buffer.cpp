#include "aligned_buffer.h"

#include <stdlib.h>
#include <string.h>

#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace spinexr {
namespace {

constexpr uint8_t kGuard = 0xA5;

// Asks for large pages where the system gives them on request: weights and maps of megabytes are walked along
// many streams at once, more than there are entries for small pages in the processor's table.
void ask_for_large_pages(void* block, size_t bytes) {
#if defined(__linux__)
  constexpr uintptr_t kLargePage = uintptr_t{2} << 20;
  const uintptr_t first = (reinterpret_cast<uintptr_t>(block) + kLargePage - 1) & ~(kLargePage - 1);
  const uintptr_t end = (reinterpret_cast<uintptr_t>(block) + bytes) & ~(kLargePage - 1);
  // A hint: where it is refused, small pages do.
  if (first < end) (void)madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
#else
  (void)block;
  (void)bytes;
#endif
}

}  // namespace

// calloc and a hand-made alignment: the same on every platform, and large blocks come as untouched zero
// pages.
void* aligned_allocate(size_t bytes) {
  const size_t extra = kAlignment + sizeof(void*);
  if (bytes > SIZE_MAX / 2 - extra) return nullptr;
  void* const raw = calloc(1, bytes + extra);
  if (raw == nullptr) return nullptr;
  ask_for_large_pages(raw, bytes + extra);
  const uintptr_t aligned = align_up(reinterpret_cast<uintptr_t>(raw) + sizeof(void*));
  void** const result = reinterpret_cast<void**>(aligned);
  result[-1] = raw;
  return result;
}

void aligned_release(void* pointer) {
  if (pointer != nullptr) free(static_cast<void**>(pointer)[-1]);
}

AlignedBuffer::AlignedBuffer(AlignedBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

AlignedBuffer& AlignedBuffer::operator=(AlignedBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

AlignedBuffer::~AlignedBuffer() {
  if (data_ != nullptr) aligned_release(data_ - kAlignment);
}

Status AlignedBuffer::allocate(uint64_t bytes, const char* what) {
  if (data_ != nullptr) aligned_release(data_ - kAlignment);
  data_ = nullptr;
  size_ = 0;
  uint8_t* const block =
      bytes > SIZE_MAX / 2
          ? nullptr
          : static_cast<uint8_t*>(aligned_allocate(static_cast<size_t>(bytes) + 2 * kAlignment));
  if (block == nullptr) {
    return fail(Status::OUT_OF_MEMORY,
                "expected %.1f MB of memory for %s, found less; use a smaller network or batch",
                static_cast<double>(bytes) / 1e6, what);
  }
  data_ = block + kAlignment;
  size_ = static_cast<size_t>(bytes);
  memset(block, kGuard, kAlignment);
  memset(data_ + size_, kGuard, kAlignment);
  return Status::OK;
}

void AlignedBuffer::prefetch_guards() const {
  if (data_ == nullptr) return;
  __builtin_prefetch(data_ - kAlignment);
  __builtin_prefetch(data_ + size_);
}

bool AlignedBuffer::guards_intact() const {
  if (data_ == nullptr) return true;
  uint8_t expected[kAlignment];
  memset(expected, kGuard, kAlignment);
  return memcmp(data_ - kAlignment, expected, kAlignment) == 0 &&
         memcmp(data_ + size_, expected, kAlignment) == 0;
}

}  // namespace spinexr
