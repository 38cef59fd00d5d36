// Constants in the forms that ops read, found again by what they were made of: sessions that share a store
// share the memory. The store itself keeps nothing alive: a form lives as long as the sessions that use it.
#ifndef SPINEXR_RUNTIME_FORM_STORE_H_
#define SPINEXR_RUNTIME_FORM_STORE_H_

#include <stddef.h>
#include <stdint.h>

#include <iterator>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#if !defined(__wasm__)
#include <mutex>
#endif

namespace spinexr {

// Everything that decides the bytes of a form: which constant, how many bytes, which packing, its sizes.
using FormKey = std::vector<int64_t>;

// Buffer: the memory of a form, with size(). May be used from several threads (in WebAssembly one thread
// makes all sessions).
template <class Buffer>
class FormStore {
 public:
  using Form = std::shared_ptr<const Buffer>;

  // Null where no session holds it.
  Form find(const FormKey& key) const {
    const Lock lock(mutex_);
    const auto found = forms_.find(key);
    return found == forms_.end() ? nullptr : found->second.lock();
  }
  // Keeps the form that is already there, if there is one, and gives it back.
  Form add(const FormKey& key, Form form) {
    const Lock lock(mutex_);
    std::weak_ptr<const Buffer>& place = forms_[key];
    if (Form known = place.lock(); known != nullptr) return known;
    place = form;
    return form;
  }
  // Bytes of all forms that are held now.
  size_t bytes() const {
    const Lock lock(mutex_);
    size_t sum = 0;
    for (const auto& [key, weak] : forms_) {
      if (const Form form = weak.lock(); form != nullptr) sum += form->size();
    }
    return sum;
  }
  // Forgets the keys of forms that are gone.
  void sweep() {
    const Lock lock(mutex_);
    for (auto entry = forms_.begin(); entry != forms_.end();) {
      entry = entry->second.expired() ? forms_.erase(entry) : std::next(entry);
    }
  }

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
  std::map<FormKey, std::weak_ptr<const Buffer>> forms_;
};

}  // namespace spinexr

#endif  // SPINEXR_RUNTIME_FORM_STORE_H_
