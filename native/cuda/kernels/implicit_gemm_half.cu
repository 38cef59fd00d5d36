// Matrix products of halves, on tensor cores with sums of floats.
#include "implicit_gemm_kernel.h"

namespace spinexr::cuda {

Status launch_half_gemm(Stream stream, const GemmLaunch& launch, uint32_t tiles, uint32_t items,
                        int32_t tile) {
  return launch_gemm<Half>(stream, launch, dim3(tiles, static_cast<uint32_t>(launch.splits), items), tile);
}

}  // namespace spinexr::cuda
