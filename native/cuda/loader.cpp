#include "loader.h"

#if !defined(_WIN32)
#include <dlfcn.h>
#endif

#include <map>
#include <mutex>

namespace spinexr::cuda {
namespace {

struct Loaded {
  const spx_cuda_api* api = nullptr;
  std::string reason;
};

Loaded open(const std::string& path) {
#if defined(_WIN32)
  (void)path;
  return {nullptr, "the CUDA library is built for Linux only"};
#else
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const words = dlerror();
    return {nullptr, words == nullptr ? "the CUDA library could not be opened" : words};
  }
  const auto entry = reinterpret_cast<spx_cuda_entry>(dlsym(library, SPX_CUDA_ENTRY));
  const spx_cuda_api* const api = entry == nullptr ? nullptr : entry(SPX_CUDA_VERSION);
  if (api != nullptr) return {api, ""};
  return {
      nullptr,
      path +
          " is not the CUDA library of this version of spinexr; build or install the one that belongs to it"};
#endif
}

}  // namespace

const spx_cuda_api* load(const std::string& path, std::string* reason) {
  static std::mutex mutex;
  static std::map<std::string, Loaded> libraries;
  const std::lock_guard<std::mutex> lock(mutex);
  auto found = libraries.find(path);
  if (found == libraries.end()) {
    found = libraries.emplace(path, open(path)).first;
    // A file that was not there may be there later.
    if (found->second.api == nullptr) {
      *reason = found->second.reason;
      libraries.erase(found);
      return nullptr;
    }
  }
  return found->second.api;
}

}  // namespace spinexr::cuda
