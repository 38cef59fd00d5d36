// The constants that sessionCreate is given: copies of bytes, and places in open files.
#ifndef SPINEXR_ADDON_CONSTANTS_H_
#define SPINEXR_ADDON_CONSTANTS_H_

#include <napi.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "engine.h"

namespace spinexr_addon {

// A block of the core's own aligned memory.
struct Block {
  explicit Block(size_t bytes) : data(static_cast<uint8_t*>(spx_alloc(bytes > 0 ? bytes : 1))), size(bytes) {}
  ~Block() { spx_free(data); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  uint8_t* const data;
  const size_t size;
};

class Constants {
 public:
  // parts: [{ offset, bytes } or { offset, length, descriptor, position }], ascending, inside `size`. Bytes
  // are copied and descriptors duplicated here and now, so that the caller may do with them what it wants
  // afterwards. Null with a pending exception where that fails.
  static std::unique_ptr<Constants> from(Napi::Env env, Napi::Value parts, size_t size);
  ~Constants();

  size_t size() const { return size_; }
  // An spx_read on a Constants. Not from two threads at once. Zeros between parts.
  static int32_t read(void* constants, size_t offset, size_t bytes, void* target);

 private:
  struct Part {
    size_t offset, length;
    const uint8_t* bytes;  // null: in a file
    int descriptor;
    int64_t position;
  };

  explicit Constants(size_t size) : size_(size) {}
  bool add(Napi::Env env, Napi::Object item);
  bool add_file(Napi::Object item, Part* part);

  const size_t size_;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<std::pair<int, int>> descriptors_;  // the caller's, ours
  std::vector<Part> parts_;
};

}  // namespace spinexr_addon

#endif  // SPINEXR_ADDON_CONSTANTS_H_
