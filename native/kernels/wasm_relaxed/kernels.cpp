#include "kernels/generic/kernels.h"

#include "kernels/kernel_table.h"
#include "simd.h"

namespace spinexr::wasm_relaxed {

void gemm_f32_6x8(const GemmTile* tile);

namespace {

struct Kernels : GenericKernels<Simd> {
  static void gemm_tile(const GemmTile* tile) { gemm_f32_6x8(tile); }
};

}  // namespace

extern const KernelTable kTable = {
    "wasm_relaxed",
    6,
    8,
#define SPX_KERNEL(result, name, parameters) Kernels::name,
#include "kernels/kernels.inc"
#undef SPX_KERNEL
};

}  // namespace spinexr::wasm_relaxed
