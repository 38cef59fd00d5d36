// Libraries that are opened when something first needs them, and never closed: their threads and destructors
// may outlive every session. Which functions of them exist is said in one list each (cudnn_api.inc and so
// on).
#ifndef SPINEXR_CUDA_LIBRARIES_LIBRARY_H_
#define SPINEXR_CUDA_LIBRARIES_LIBRARY_H_

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"

namespace spinexr::cuda {

struct LibraryNames {
  // For sentences: "cuDNN 9".
  const char* title;
  // Environment variable with the folder to take it from, or null. Where it is set, nowhere else is looked.
  const char* folder_variable;
  // File names, the one to prefer first; unused ones null.
  const char* sonames[2];
  // What to do where it is missing: "install ...".
  const char* advice;
};

class DynamicLibrary {
 public:
  // ISA_UNAVAILABLE where no name can be opened; the sentence has the loader's own words for each.
  Status open(const LibraryNames& names);
  // ISA_UNAVAILABLE where the library has no such function; the sentence names it.
  template <typename Function>
  Status find(const char* name, Function** function) const {
    void* address = nullptr;
    SPX_TRY(find_address(name, &address));
    *function = reinterpret_cast<Function*>(address);
    return Status::OK;
  }

 private:
  Status find_address(const char* name, void** address) const;

  const LibraryNames* names_ = nullptr;
  void* handle_ = nullptr;
};

// A table of functions that is filled once per process; a failure is kept with its sentence. For a static in
// a function, which makes the first call from several threads safe.
template <typename Api>
class Loaded {
 public:
  explicit Loaded(Status (*load)(Api*)) : status_(load(&api_)) {
    if (status_ != Status::OK) snprintf(reason_, sizeof reason_, "%s", last_error());
  }
  Status get(const Api** api) const {
    if (status_ != Status::OK) return fail(status_, "%s", reason_);
    *api = &api_;
    return Status::OK;
  }

 private:
  Api api_;
  Status status_;
  char reason_[512] = "";
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_LIBRARIES_LIBRARY_H_
