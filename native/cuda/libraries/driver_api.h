// The functions of libcuda.so.1 in driver_api.inc.
#ifndef SPINEXR_CUDA_LIBRARIES_DRIVER_API_H_
#define SPINEXR_CUDA_LIBRARIES_DRIVER_API_H_

// Declared by hand, under the library's own names: prototypes and numbers are facts.
namespace spinexr::cuda::nvidia {

// clang-format off
#include "cuda/libraries/declare.inc"
#include "cuda/libraries/driver_api.inc"
// clang-format on

struct DriverApi {
#define SPX_FUNCTION(result, name, parameters) result(*name) parameters = nullptr;
#include "cuda/libraries/driver_api.inc"
};

}  // namespace spinexr::cuda::nvidia

#endif  // SPINEXR_CUDA_LIBRARIES_DRIVER_API_H_
