// WebAssembly SIMD128 with the relaxed multiply-add: one rounding or two, as the host's processor has it. The
// other relaxed instructions are not used: their results for NaN differ from host to host.
#ifndef SPINEXR_KERNELS_WASM_RELAXED_SIMD_H_
#define SPINEXR_KERNELS_WASM_RELAXED_SIMD_H_

#include "kernels/wasm_simd/simd.h"

namespace spinexr::wasm_relaxed {
namespace {

struct Simd : wasm_simd::Simd {
  SPX_INLINE static Vec fma(Vec a, Vec b, Vec c) { return wasm_f32x4_relaxed_madd(a, b, c); }
};

}  // namespace
}  // namespace spinexr::wasm_relaxed

#endif  // SPINEXR_KERNELS_WASM_RELAXED_SIMD_H_
