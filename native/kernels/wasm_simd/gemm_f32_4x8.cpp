// 8 sums, 2 columns of B, the broadcast element and a product: 12 of the 15 registers that V8 has on x86. 5
// rows are no faster, 6 spill.
#include "kernels/generic/gemm_f32.h"
#include "simd.h"

namespace spinexr::wasm_simd {

void gemm_f32_4x8(const GemmTile* tile) { GemmF32<Simd, 2>::run<4>(*tile); }

}  // namespace spinexr::wasm_simd
