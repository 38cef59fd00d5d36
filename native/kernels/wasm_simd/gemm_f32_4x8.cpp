// 8 sums: V8 keeps them, 2 columns of B and the broadcast element in the 16 registers of x86; with 5 rows it
// spills and runs at half the speed.
#include "kernels/generic/gemm_f32.h"
#include "simd.h"

namespace spinexr::wasm_simd {

void gemm_f32_4x8(const GemmTile* tile) { GemmF32<Simd, 2>::run<4>(*tile); }

}  // namespace spinexr::wasm_simd
