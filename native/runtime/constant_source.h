// The constants of a plan while a session is made: one block, or read piece by piece, so that weights in a
// file are never in memory twice.
#ifndef SPINEXR_RUNTIME_CONSTANT_SOURCE_H_
#define SPINEXR_RUNTIME_CONSTANT_SOURCE_H_

#include <stddef.h>
#include <stdint.h>

#include "base/aligned_buffer.h"
#include "base/span.h"
#include "base/status.h"

namespace spinexr {

class ConstantSource {
 public:
  // spx_read of engine.h.
  using Read = int32_t (*)(void* context, size_t offset, size_t bytes, void* target);

  // A block. Implicit: a block is a source.
  ConstantSource(Span<const uint8_t> block)
      : block_(block.data()), size_(block.size()), read_(nullptr), context_(nullptr) {}
  // Without a block there is `read`. Both outlive the source.
  ConstantSource(const uint8_t* block, size_t size, Read read, void* context)
      : block_(block), size_(size), read_(read), context_(context) {}

  size_t size() const { return size_; }
  const uint8_t* block() const { return block_; }
  // `bytes` bytes from `offset` on, all inside; valid until the next call. 4-byte aligned where offset is.
  Status view(uint64_t offset, uint64_t bytes, const uint8_t** data);

 private:
  const uint8_t* const block_;
  const size_t size_;
  const Read read_;
  void* const context_;
  AlignedBuffer piece_;
};

}  // namespace spinexr

#endif  // SPINEXR_RUNTIME_CONSTANT_SOURCE_H_
