#include "weight_store.h"

#include <iterator>

namespace spinexr {

SharedForm WeightStore::find(const FormKey& key) const {
  const Lock lock(mutex_);
  const auto found = forms_.find(key);
  return found == forms_.end() ? nullptr : found->second.lock();
}

SharedForm WeightStore::add(const FormKey& key, SharedForm form) {
  const Lock lock(mutex_);
  std::weak_ptr<const AlignedBuffer>& place = forms_[key];
  if (SharedForm known = place.lock(); known != nullptr) return known;
  place = form;
  return form;
}

size_t WeightStore::bytes() const {
  const Lock lock(mutex_);
  size_t sum = workspace_->bytes();
  for (const auto& [key, weak] : forms_) {
    if (const SharedForm form = weak.lock(); form != nullptr) sum += form->size();
  }
  return sum;
}

void WeightStore::sweep() {
  const Lock lock(mutex_);
  for (auto entry = forms_.begin(); entry != forms_.end();) {
    entry = entry->second.expired() ? forms_.erase(entry) : std::next(entry);
  }
}

}  // namespace spinexr
