// Memory of a device, and of the processor where copies can use it directly, with an owner.
#ifndef SPINEXR_CUDA_RUNTIME_BUFFER_H_
#define SPINEXR_CUDA_RUNTIME_BUFFER_H_

#include <utility>

#include "device.h"

namespace spinexr::cuda {

template <Status (*kAllocate)(size_t, const char*, void**), void (*kFree)(void*)>
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Buffer() { kFree(data_); }

  // `what` names the memory in the message. Releases what was held before. 0 bytes hold nothing.
  Status allocate(size_t bytes, const char* what) {
    kFree(std::exchange(data_, nullptr));
    size_ = 0;
    if (bytes == 0) return Status::OK;
    SPX_TRY(kAllocate(bytes, what, &data_));
    size_ = bytes;
    return Status::OK;
  }
  uint8_t* data() const { return static_cast<uint8_t*>(data_); }
  size_t size() const { return size_; }

 private:
  void* data_ = nullptr;
  size_t size_ = 0;
};

using DeviceBuffer = Buffer<device_allocate, device_free>;
using PinnedBuffer = Buffer<pinned_allocate, pinned_free>;

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_RUNTIME_BUFFER_H_
