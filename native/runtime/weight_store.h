// Constants in the forms that ops read (copied, or packed for a kernel), found again by what they were made
// of: sessions that share a store share the memory. The store itself keeps nothing alive: a form lives as
// long as the sessions that use it.
#ifndef SPINEXR_RUNTIME_WEIGHT_STORE_H_
#define SPINEXR_RUNTIME_WEIGHT_STORE_H_

#include <stddef.h>
#include <stdint.h>

#include <map>
#include <memory>
#include <vector>

#include "base/aligned_buffer.h"
#include "workspace.h"

#if !defined(__wasm__)
#include <mutex>
#endif

namespace spinexr {

using SharedForm = std::shared_ptr<const AlignedBuffer>;

// Everything that decides the bytes of a form: which constant, how many bytes, which packing, its sizes.
using FormKey = std::vector<int64_t>;

// May be used from several threads (in WebAssembly one thread makes all sessions).
class WeightStore {
 public:
  // Null where no session holds it.
  SharedForm find(const FormKey& key) const;
  // Keeps the form that is already there, if there is one, and gives it back.
  SharedForm add(const FormKey& key, SharedForm form);
  // Bytes of all forms that are held now, and of the workspace.
  size_t bytes() const;
  // Forgets the keys of forms that are gone.
  void sweep();
  // Of the sessions that share the store: their runs do not overlap.
  const std::shared_ptr<Workspace>& workspace() const { return workspace_; }

 private:
#if !defined(__wasm__)
  using Lock = std::lock_guard<std::mutex>;
  mutable std::mutex mutex_;
#else
  struct Lock {
    explicit Lock(int) {}
  };
  static constexpr int mutex_ = 0;
#endif
  std::map<FormKey, std::weak_ptr<const AlignedBuffer>> forms_;
  const std::shared_ptr<Workspace> workspace_ = std::make_shared<Workspace>();
};

}  // namespace spinexr

#endif  // SPINEXR_RUNTIME_WEIGHT_STORE_H_
