#include "kernels/generic/kernels.h"

#include "kernels/kernel_table.h"
#include "simd.h"

namespace spinexr::avx2 {

void gemm_f32_6x16(const GemmTile* tile);

namespace {

struct Kernels : GenericKernels<Simd> {
  static void gemm_tile(const GemmTile* tile) { gemm_f32_6x16(tile); }
};

}  // namespace

extern const KernelTable kTable = {
    "avx2",
    6,
    16,
#define SPX_KERNEL(result, name, parameters) Kernels::name,
#include "kernels/kernels.inc"
#undef SPX_KERNEL
};

}  // namespace spinexr::avx2
