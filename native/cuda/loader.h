// Opens libspinexr_cuda. Part of the addon, which loads everywhere: nothing of CUDA is linked to it.
#ifndef SPINEXR_CUDA_LOADER_H_
#define SPINEXR_CUDA_LOADER_H_

#include <string>

#include "cuda/cuda_api.h"

namespace spinexr::cuda {

// The library's table, or null and why: the file is not there, is none, or is of another version. A file is
// opened once in a process and never closed. Usable from several threads.
const spx_cuda_api* load(const std::string& path, std::string* reason);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_LOADER_H_
