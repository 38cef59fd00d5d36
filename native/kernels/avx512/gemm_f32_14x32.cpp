// 28 of the 32 registers hold sums, 2 columns of B, 1 the broadcast element. 14 rows divide the 3136, 784 and
// 196 pixels of DenseNet's feature maps (49 = 3 * 14 + 7); 32 columns are its growth rate.
#include "kernels/generic/gemm_f32.h"
#include "simd.h"

namespace spinexr::avx512 {

void gemm_f32_14x32(const GemmTile* tile) { GemmF32<Simd, 2>::run<14>(*tile); }

}  // namespace spinexr::avx512
