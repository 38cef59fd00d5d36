// What the wrappers of cuDNN and cuBLASLt share.
#ifndef SPINEXR_CUDA_LIBRARIES_OPTIONS_H_
#define SPINEXR_CUDA_LIBRARIES_OPTIONS_H_

#include <stddef.h>
#include <stdint.h>

namespace spinexr::cuda {

// How numbers are stored; sums are always fp32.
enum class FloatType : uint8_t { kF32, kF16 };

struct LibraryOptions {
  // fp32 operands may be rounded to TF32 (10 bits of mantissa).
  bool allow_tf32 = false;
  // Only algorithms that give the same bits in every run.
  bool deterministic = false;
  // Bytes of workspace that an algorithm may take.
  size_t workspace_limit = size_t(256) << 20;
};

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_LIBRARIES_OPTIONS_H_
