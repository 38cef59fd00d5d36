// A pointer and a length that travel together. Indexing is checked where SPX_CHECKED is defined (tests).
#ifndef SPINEXR_BASE_SPAN_H_
#define SPINEXR_BASE_SPAN_H_

#include <stddef.h>

namespace spinexr {

template <class T>
class Span {
 public:
  constexpr Span() = default;
  constexpr Span(T* data, size_t size) : data_(data), size_(size) {}

  constexpr T* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  constexpr T* begin() const { return data_; }
  constexpr T* end() const { return data_ + size_; }
  constexpr T& operator[](size_t i) const {
#ifdef SPX_CHECKED
    if (i >= size_) __builtin_trap();
#endif
    return data_[i];
  }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace spinexr

#endif  // SPINEXR_BASE_SPAN_H_
