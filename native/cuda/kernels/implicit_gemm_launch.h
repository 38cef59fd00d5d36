// What one launch of the kernel of matrix products gets; between implicit_gemm.cpp and the kernels' files.
#ifndef SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_LAUNCH_H_
#define SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_LAUNCH_H_

#include "implicit_gemm.h"

namespace spinexr::cuda {

struct GemmLaunch {
  Gemm gemm;
  int32_t column_tiles, splits, first_item;
  float* partial;  // of each tile of each item, each part of the depth: the threads' sums
  uint32_t* counters;
};

// tiles of y, parts of the depth, and items are the grid's x, y and z.
Status launch_half_gemm(Stream stream, const GemmLaunch& launch, uint32_t tiles, uint32_t items,
                        int32_t tile);
Status launch_float_gemm(Stream stream, const GemmLaunch& launch, uint32_t tiles, uint32_t items,
                         int32_t tile);

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_KERNELS_IMPLICIT_GEMM_LAUNCH_H_
