#include "workspace.h"

namespace spinexr {
namespace {

// Releases first: the old and the new memory are never there together.
Status resize(uint64_t bytes, const char* what, AlignedBuffer* buffer) {
  if (buffer->data() != nullptr && buffer->size() == bytes) return Status::OK;
  *buffer = AlignedBuffer();
  return buffer->allocate(bytes, what);
}

uint64_t largest(const std::multiset<uint64_t>& needs) { return needs.empty() ? 0 : *needs.rbegin(); }

void erase_one(std::multiset<uint64_t>* needs, uint64_t need) {
  if (const auto found = needs->find(need); found != needs->end()) needs->erase(found);
}

}  // namespace

void Workspace::enter(uint64_t arena, uint64_t scratch) {
  const Lock lock(mutex_);
  arenas_.insert(arena);
  scratches_.insert(scratch);
}

void Workspace::leave(uint64_t arena, uint64_t scratch) {
  const Lock lock(mutex_);
  erase_one(&arenas_, arena);
  erase_one(&scratches_, scratch);
  if (!arenas_.empty()) return;  // what is left may be running
  arena_ = AlignedBuffer();
  scratch_ = AlignedBuffer();
}

Status Workspace::fit() {
  const Lock lock(mutex_);
  SPX_TRY(resize(largest(arenas_), "the arena", &arena_));
  return resize(largest(scratches_), "scratch", &scratch_);
}

}  // namespace spinexr
