// 24 of the 32 registers hold sums, 4 columns of B, 1 the broadcast element: as few loads per multiply-add as
// 8 x 12, and 16 columns leave no tail in DenseNet's multiples of 32 channels.
#include "kernels/generic/gemm_f32.h"
#include "simd.h"

namespace spinexr::neon {

void gemm_f32_6x16(const GemmTile* tile) { GemmF32<Simd, 4>::run<6>(*tile); }

}  // namespace spinexr::neon
