// Elements of any type as units of 1, 2, 4, 8 or 16 bytes, as large as addresses and sizes allow.
#ifndef SPINEXR_CUDA_KERNELS_UNIT_H_
#define SPINEXR_CUDA_KERNELS_UNIT_H_

#include <stdint.h>

#include "base/status.h"
#include "cuda/device/chunk.h"

namespace spinexr::cuda {

// Calls f(U{}) with the type of `bytes` bytes.
template <class F>
Status with_unit(int bytes, const F& f) {
  switch (bytes) {
    case 1:
      return f(uint8_t{});
    case 2:
      return f(uint16_t{});
    case 4:
      return f(uint32_t{});
    case 8:
      return f(Chunk<uint32_t, 2>{});
    default:
      return f(Chunk<uint32_t, 4>{});
  }
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_UNIT_H_
