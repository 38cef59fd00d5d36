// 12 of the 16 registers hold sums, 2 columns of B, 1 the broadcast element: the most that does not spill.
#include "kernels/generic/gemm_f32.h"
#include "simd.h"

namespace spinexr::avx2 {

void gemm_f32_6x16(const GemmTile* tile) { GemmF32<Simd, 2>::run<6>(*tile); }

}  // namespace spinexr::avx2
