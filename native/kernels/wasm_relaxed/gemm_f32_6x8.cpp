// 12 sums, 2 columns of B and the broadcast element: the 15 registers that V8 has on x86. Any value more and
// it spills, at half the speed.
#include "kernels/generic/gemm_f32.h"
#include "simd.h"

namespace spinexr::wasm_relaxed {

void gemm_f32_6x8(const GemmTile* tile) { GemmF32<Simd, 2>::run<6>(*tile); }

}  // namespace spinexr::wasm_relaxed
