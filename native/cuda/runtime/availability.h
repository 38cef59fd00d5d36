// Whether CUDA can be used here, and NVIDIA's libraries. The emulation has an implementation of its own,
// without any.
#ifndef SPINEXR_CUDA_RUNTIME_AVAILABILITY_H_
#define SPINEXR_CUDA_RUNTIME_AVAILABILITY_H_

#include <stdint.h>

#include <memory>

#include "cuda/libraries/cublas_lt.h"
#include "cuda/libraries/cudnn.h"

namespace spinexr::cuda {

// ISA_UNAVAILABLE with the exact reason: no driver, one that is too old, no device, no cuDNN. Asked before
// anything of the CUDA runtime is called.
Status check_libraries();
// 91002 is cuDNN 9.10.2; 0 where there is none.
int32_t cudnn_version();
// For the device that is current; null where there is none. cuBLASLt may be missing: then own kernels
// multiply.
Status open_libraries(std::unique_ptr<Cudnn>* cudnn, std::unique_ptr<CublasLt>* cublas_lt);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_RUNTIME_AVAILABILITY_H_
