#include "addon/constants.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "addon/convert.h"

#if !defined(_WIN32)
#include <unistd.h>

#include <cerrno>
#endif

namespace spinexr_addon {
namespace {

constexpr int32_t kOutOfMemory = 3;
constexpr int32_t kInternal = 9;

#if defined(_WIN32)
// Descriptors belong to a C library there, and Node's is not ours.
int duplicate(int) { return -1; }
void close_file(int) {}
bool read_file(int, int64_t, size_t, uint8_t*) { return false; }
#else
int duplicate(int descriptor) { return dup(descriptor); }
void close_file(int descriptor) { close(descriptor); }

bool read_file(int descriptor, int64_t position, size_t bytes, uint8_t* target) {
  while (bytes > 0) {
    const ssize_t count = pread(descriptor, target, bytes, static_cast<off_t>(position));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    target += count;
    position += count;
    bytes -= static_cast<size_t>(count);
  }
  return true;
}
#endif

}  // namespace

Constants::~Constants() {
  for (const auto& [theirs, ours] : descriptors_) close_file(ours);
}

std::unique_ptr<Constants> Constants::from(Napi::Env env, Napi::Value parts, size_t size) {
  if (!parts.IsArray()) {
    throw_invalid(env, "Argument \"parts\": expected an array.");
    return nullptr;
  }
  std::unique_ptr<Constants> constants(new Constants(size));
  Napi::Array list = parts.As<Napi::Array>();
  for (uint32_t i = 0; i < list.Length(); i++) {
    Napi::HandleScope scope(env);
    Napi::Value item = list.Get(i);
    if (!item.IsObject()) {
      throw_invalid(env, "Argument \"parts\": expected objects with an offset.");
      return nullptr;
    }
    if (!constants->add(env, item.As<Napi::Object>())) return nullptr;
  }
  return constants;
}

bool Constants::add(Napi::Env env, Napi::Object item) {
  int64_t offset = 0;
  if (!read_integer(item.Get("offset"), "parts[].offset", 0, static_cast<int64_t>(size_), &offset))
    return false;
  Part part{static_cast<size_t>(offset), 0, nullptr, -1, 0};
  View bytes;
  if (item.Has("descriptor")) {
    if (!add_file(item, &part)) return false;
  } else {
    if (!read_view(item.Get("bytes"), "parts[].bytes", &bytes)) return false;
    part.length = bytes.bytes;
  }
  const size_t position = parts_.empty() ? 0 : parts_.back().offset + parts_.back().length;
  if (part.offset < position || part.length > size_ - part.offset) {
    throw_invalid(env, "Argument \"parts\": expected ascending parts inside constantBytes.");
    return false;
  }
  if (part.descriptor < 0) {
    blocks_.push_back(std::make_unique<Block>(part.length));
    if (blocks_.back()->data == nullptr) {
      make_error(
          env, kOutOfMemory,
          "The network's weights need " + std::to_string(size_) +
              " bytes and the system has no such block; close other programs or use a smaller network.")
          .ThrowAsJavaScriptException();
      return false;
    }
    if (part.length > 0) std::memcpy(blocks_.back()->data, bytes.data, part.length);
    part.bytes = blocks_.back()->data;
  }
  parts_.push_back(part);
  return true;
}

bool Constants::add_file(Napi::Object item, Part* part) {
  int64_t length = 0;
  int32_t descriptor = -1;
  constexpr int64_t kMost = int64_t{1} << 46;
  if (!read_int32(item.Get("descriptor"), "parts[].descriptor", 0, INT32_MAX, &descriptor) ||
      !read_integer(item.Get("position"), "parts[].position", 0, kMost, &part->position) ||
      !read_integer(item.Get("length"), "parts[].length", 0, kMost, &length)) {
    return false;
  }
  part->length = static_cast<size_t>(length);
  const auto known = std::find_if(descriptors_.begin(), descriptors_.end(),
                                  [descriptor](const auto& pair) { return pair.first == descriptor; });
  if (known != descriptors_.end()) {
    part->descriptor = known->second;
    return true;
  }
  part->descriptor = duplicate(descriptor);
  if (part->descriptor < 0) {
    throw_invalid(item.Env(), "Argument \"parts\": expected the descriptor of an open file.");
    return false;
  }
  descriptors_.emplace_back(descriptor, part->descriptor);
  return true;
}

int32_t Constants::read(void* constants, size_t offset, size_t bytes, void* target) {
  const auto& parts = static_cast<const Constants*>(constants)->parts_;
  auto* to = static_cast<uint8_t*>(target);
  auto part = std::partition_point(parts.begin(), parts.end(), [offset](const Part& candidate) {
    return candidate.offset + candidate.length <= offset;
  });
  for (; bytes > 0; ++part) {
    const size_t gap =
        part == parts.end() ? bytes : std::min(bytes, part->offset - std::min(part->offset, offset));
    if (gap > 0) std::memset(to, 0, gap);
    to += gap;
    offset += gap;
    bytes -= gap;
    if (bytes == 0) break;
    const size_t skip = offset - part->offset;
    const size_t count = std::min(bytes, part->length - skip);
    if (part->bytes != nullptr) {
      std::memcpy(to, part->bytes + skip, count);
    } else if (!read_file(part->descriptor, part->position + static_cast<int64_t>(skip), count, to)) {
      return kInternal;
    }
    to += count;
    offset += count;
    bytes -= count;
  }
  return 0;
}

}  // namespace spinexr_addon
