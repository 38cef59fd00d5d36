// The functions of libcublasLt in cublas_lt_api.inc.
#ifndef SPINEXR_CUDA_LIBRARIES_CUBLAS_LT_API_H_
#define SPINEXR_CUDA_LIBRARIES_CUBLAS_LT_API_H_

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct CUstream_st;

namespace spinexr::cuda {

// Declared by hand, under the library's own names: prototypes, layouts and numbers are facts.
namespace nvidia {

using cudaStream_t = ::CUstream_st*;

// clang-format off
#include "cuda/libraries/declare.inc"
#include "cuda/libraries/cublas_lt_api.inc"
// clang-format on

struct CublasLtApi {
#define SPX_FUNCTION(result, name, parameters) result(*name) parameters = nullptr;
#include "cuda/libraries/cublas_lt_api.inc"
};

}  // namespace nvidia

// Opens cuBLASLt at the first call. ISA_UNAVAILABLE where it is missing, lacks a function or is older
// than 12.
Status cublas_lt_api(const nvidia::CublasLtApi** api);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_LIBRARIES_CUBLAS_LT_API_H_
