// The functions of libcudnn.so.9 in cudnn_api.inc.
#ifndef SPINEXR_CUDA_LIBRARIES_CUDNN_API_H_
#define SPINEXR_CUDA_LIBRARIES_CUDNN_API_H_

#include <stddef.h>

#include "base/status.h"

struct CUstream_st;

namespace spinexr::cuda {

// Declared by hand, under the library's own names: prototypes, layouts and numbers are facts.
namespace nvidia {

using cudaStream_t = ::CUstream_st*;

// clang-format off
#include "cuda/libraries/declare.inc"
#include "cuda/libraries/cudnn_api.inc"
// clang-format on

struct CudnnApi {
#define SPX_FUNCTION(result, name, parameters) result(*name) parameters = nullptr;
#include "cuda/libraries/cudnn_api.inc"
};

}  // namespace nvidia

// Opens cuDNN at the first call. ISA_UNAVAILABLE where it is missing, lacks a function or is not version 9.
Status cudnn_api(const nvidia::CudnnApi** api);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_LIBRARIES_CUDNN_API_H_
