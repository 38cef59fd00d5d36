// What the sessions of one network on the processor share: constants in the forms that ops read (copied, or
// packed for a kernel), and the memory of runs.
#ifndef SPINEXR_RUNTIME_WEIGHT_STORE_H_
#define SPINEXR_RUNTIME_WEIGHT_STORE_H_

#include <stddef.h>

#include <memory>

#include "base/aligned_buffer.h"
#include "form_store.h"
#include "workspace.h"

namespace spinexr {

using SharedForm = std::shared_ptr<const AlignedBuffer>;

class WeightStore : public FormStore<AlignedBuffer> {
 public:
  // Of all forms that are held now, and of the workspace.
  size_t bytes() const { return workspace_->bytes() + FormStore::bytes(); }
  // Of the sessions that share the store: their runs do not overlap.
  const std::shared_ptr<Workspace>& workspace() const { return workspace_; }

 private:
  const std::shared_ptr<Workspace> workspace_ = std::make_shared<Workspace>();
};

}  // namespace spinexr

#endif  // SPINEXR_RUNTIME_WEIGHT_STORE_H_
