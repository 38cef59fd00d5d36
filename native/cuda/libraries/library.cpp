#include "library.h"

#include <dlfcn.h>
#include <stdlib.h>

namespace spinexr::cuda {

Status DynamicLibrary::open(const LibraryNames& names) {
  names_ = &names;
  const char* folder = names.folder_variable == nullptr ? nullptr : getenv(names.folder_variable);
  if (folder != nullptr && folder[0] == '\0') folder = nullptr;
  char words[320] = "";
  size_t length = 0;
  for (const char* soname : names.sonames) {
    if (soname == nullptr) continue;
    char path[4096];
    const int size = snprintf(path, sizeof path, "%s%s%s", folder ? folder : "", folder ? "/" : "", soname);
    if (size < 0 || size_t(size) >= sizeof path) {
      return fail(Status::ISA_UNAVAILABLE, "%s: the folder in %s is longer than %zu bytes", names.title,
                  names.folder_variable, sizeof path - 1);
    }
    handle_ = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle_ != nullptr) return Status::OK;
    const char* error = dlerror();
    const int added = snprintf(words + length, sizeof words - length, "%s%s", length > 0 ? "; " : "",
                               error ? error : "no reason given");
    if (added > 0)
      length += size_t(added) < sizeof words - length ? size_t(added) : sizeof words - length - 1;
  }
  if (folder != nullptr) {
    return fail(Status::ISA_UNAVAILABLE, "%s cannot be opened (%s); the folder is the one in %s", names.title,
                words, names.folder_variable);
  }
  return fail(Status::ISA_UNAVAILABLE, "%s cannot be opened (%s); %s", names.title, words, names.advice);
}

Status DynamicLibrary::find_address(const char* name, void** address) const {
  *address = dlsym(handle_, name);
  if (*address != nullptr) return Status::OK;
  const char* error = dlerror();
  return fail(Status::ISA_UNAVAILABLE, "%s has no function %s (%s); use another release of it", names_->title,
              name, error ? error : "its address is null");
}

}  // namespace spinexr::cuda
