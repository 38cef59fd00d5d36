// The memory of runs: an arena and scratch. Sessions whose runs do not overlap share one, as large as the
// largest of them needs; between runs nothing in it is worth keeping.
#ifndef SPINEXR_RUNTIME_WORKSPACE_H_
#define SPINEXR_RUNTIME_WORKSPACE_H_

#include <stddef.h>
#include <stdint.h>

#include <set>

#include "base/aligned_buffer.h"
#include "base/status.h"

#if !defined(__wasm__)
#include <mutex>
#endif

namespace spinexr {

class Workspace {
 public:
  // A session that will need so many bytes. May be called while another session runs, as leave().
  void enter(uint64_t arena, uint64_t scratch);
  void leave(uint64_t arena, uint64_t scratch);
  // Makes the memory as large as all who entered need, and no larger; what was in it is gone where that
  // changes its place. Not while a session runs, or between the writing of its inputs and the reading of its
  // outputs.
  Status fit();

  uint8_t* arena() const { return arena_.data(); }
  uint8_t* scratch() const { return scratch_.data(); }
  size_t bytes() const { return arena_.size() + scratch_.size(); }
  bool guards_intact() const { return arena_.guards_intact() && scratch_.guards_intact(); }

 private:
#if !defined(__wasm__)
  using Lock = std::lock_guard<std::mutex>;
  mutable std::mutex mutex_;  // of the needs
#else
  struct Lock {
    explicit Lock(int) {}
  };
  static constexpr int mutex_ = 0;
#endif
  std::multiset<uint64_t> arenas_, scratches_;
  AlignedBuffer arena_, scratch_;
};

}  // namespace spinexr

#endif  // SPINEXR_RUNTIME_WORKSPACE_H_
