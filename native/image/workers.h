// Who computes one picture: the engine's pool while no network uses it, otherwise the caller alone.
#ifndef SPINEXR_IMAGE_WORKERS_H_
#define SPINEXR_IMAGE_WORKERS_H_

#include <stdint.h>

#include "base/float_mode.h"
#include "runtime/thread_pool.h"

namespace spinexr::image {

class Workers {
 public:
  // pool null: the caller alone.
  explicit Workers(ThreadPool* pool) : pool_(pool) {}

  int threads() const { return pool_ == nullptr ? 1 : pool_->threads(); }

  // body(index, thread) for each index in [0, n), thread in [0, threads()).
  template <class Body>
  void for_each(int64_t n, const Body& body) const {
    if (pool_ != nullptr) {
      // Threads of the pool flush subnormal numbers, the caller does not.
      pool_->parallel_for(n, [&](int64_t index, int thread) {
        const ScopedGradualUnderflow mode;
        body(index, thread);
      });
      return;
    }
    for (int64_t i = 0; i < n; i++) body(i, 0);
  }

 private:
  ThreadPool* pool_;
};

}  // namespace spinexr::image

#endif  // SPINEXR_IMAGE_WORKERS_H_
