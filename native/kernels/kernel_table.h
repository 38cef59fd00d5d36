// The function-pointer table that each ISA folder fills, made from kernels.inc.
#ifndef SPINEXR_KERNELS_KERNEL_TABLE_H_
#define SPINEXR_KERNELS_KERNEL_TABLE_H_

#include <stddef.h>
#include <stdint.h>

#include "op_codes.h"

namespace spinexr {

// Rows of A are packed at this constant stride so that the compiler folds row addresses; the 16 extra floats
// put consecutive rows into different L1 sets. Deeper products are cut into chunks that are summed in C.
constexpr int kPackedDepth = 1024;
constexpr int kPackedStride = kPackedDepth + 16;

// Of resized pictures: fraction bits of the weights (Pillow's), rows that are narrowed together.
constexpr int kWeightBits = 22;
constexpr int kBandRows = 16;

struct GemmTile {
  int rows, cols, depth;
  const float* a;
  const float* b;
  float* c;
  int64_t ldc;
  const float* scale;     // cols elements or null
  const float* bias;      // the same; not null where scale is not
  const float* residual;  // or null
  int64_t ldr;
  float low, high;      // clamp, -inf/inf for none
  const float* addend;  // added to the sums, or null; may be c
  int64_t ld_addend;
  bool last;  // apply scale, bias, residual and clamp
};

// One row of the quarters of A in Strassen's product and of the sums made of them.
struct StrassenSums {
  const float *a11, *a12, *a21, *a22;
  float *s1, *s2, *s3, *s4;
};

// One tile of a Winograd convolution on its way out: the sums of products in, pixels of y out.
struct WinogradOutput {
  int m;           // 2 or 4: the tile has m x m pixels and (m + 2) x (m + 2) products
  int rows, cols;  // of its pixels that lie in y, 1 .. m
  int64_t channels;
  const float* products;  // (i, j) at products + (i * (m + 2) + j) * stride
  int64_t stride;
  float* y;
  int64_t y_row, y_pixel;  // elements from row to row, pixel to pixel
  const float* scale;      // channels elements or null
  const float* bias;       // the same; not null where scale is not
  const float* residual;   // or null
  int64_t residual_row, residual_pixel;
  float low, high;  // clamp, -inf/inf for none
};

struct KernelTable {
  const char* name;  // "avx512"
  int mr, nr;        // largest tile of gemm_tile
#define SPX_KERNEL(result, name, parameters) result(*name) parameters;
#include "kernels.inc"
#undef SPX_KERNEL
};

// Defined in <isa>/kernels.cpp; which exist in a build is said by SPX_HAVE_<ISA> macros
// (native/sources.json).
namespace reference {
extern const KernelTable kTable;
}
namespace avx2 {
extern const KernelTable kTable;
}
namespace avx512 {
extern const KernelTable kTable;
}
namespace neon {
extern const KernelTable kTable;
}
namespace wasm_simd {
extern const KernelTable kTable;
}
namespace wasm_relaxed {
extern const KernelTable kTable;
}

// The best table this processor runs when isa is null or "", the named one, or null (unknown or not
// available).
const KernelTable* select_kernels(const char* isa);
// Space-separated names, best first.
const char* kernel_names();

}  // namespace spinexr

#endif  // SPINEXR_KERNELS_KERNEL_TABLE_H_
