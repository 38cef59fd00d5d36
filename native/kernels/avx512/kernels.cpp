#include "kernels/generic/kernels.h"

#include "kernels/kernel_table.h"
#include "simd.h"

namespace spinexr::avx512 {

void gemm_f32_14x32(const GemmTile* tile);

namespace {

struct Kernels : GenericKernels<Simd> {
  static void gemm_tile(const GemmTile* tile) { gemm_f32_14x32(tile); }
};

}  // namespace

extern const KernelTable kTable = {
    "avx512",
    14,
    32,
#define SPX_KERNEL(result, name, parameters) Kernels::name,
#include "kernels/kernels.inc"
#undef SPX_KERNEL
};

}  // namespace spinexr::avx512
