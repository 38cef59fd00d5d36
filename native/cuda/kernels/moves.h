// Several copies on the device in one launch: ports between the arena and the block that travels.
#ifndef SPINEXR_CUDA_KERNELS_MOVES_H_
#define SPINEXR_CUDA_KERNELS_MOVES_H_

#include <stdint.h>

#include <vector>

#include "cuda/runtime/device.h"

namespace spinexr::cuda {

struct Move {
  const uint8_t* source;
  uint8_t* target;
  uint64_t bytes;
};

// Sources and targets do not overlap. 16 bytes at a time where both addresses are multiples of 16.
Status enqueue_moves(Stream stream, const std::vector<Move>& moves);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_MOVES_H_
