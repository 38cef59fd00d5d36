// The shape of wasm_simd, for the same reason: 6 rows spill in V8 of Node 20.
#include "kernels/generic/gemm_f32.h"
#include "simd.h"

namespace spinexr::wasm_relaxed {

void gemm_f32_4x8(const GemmTile* tile) { GemmF32<Simd, 2>::run<4>(*tile); }

}  // namespace spinexr::wasm_relaxed
