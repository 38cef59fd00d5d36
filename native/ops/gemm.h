// The one tiled matrix product: convolutions (items = groups), matmul (items = batch). C[m, n] = A[m, k] B[k,
// n] per item, with B in packed panels and A packed tile by tile by the caller's GemmSource.
#ifndef SPINEXR_OPS_GEMM_H_
#define SPINEXR_OPS_GEMM_H_

#include <stdint.h>

#include "activation.h"
#include "op.h"

namespace spinexr {

// How the product is cut. Sums run over k in chunks in a fixed order, so results do not depend on the cut
// into tasks.
struct GemmShape {
  int64_t items = 1, m = 0, n = 0, k = 0;

  int64_t panels = 0;        // of nr columns
  int64_t panel_floats = 0;  // from panel to panel, 64-byte aligned
  int64_t tiles = 0;         // of mr rows
  int64_t chunks = 0;        // of k
  int64_t chunk_depth = 0;   // <= kPackedDepth, a multiple of 16 unless there is one chunk
  int64_t block_tiles = 0;   // packed together, so that a panel of B is used several times while it is near
  int64_t row_tasks = 0, tiles_per_task = 0;
  int64_t panel_tasks = 0, panels_per_task = 0;

  int64_t packed_floats() const { return panels * panel_floats; }  // of one item's B
  uint64_t thread_scratch(const KernelTable& kernels) const;
};

// False when a size overflows.
bool make_gemm_shape(const KernelTable& kernels, int threads, int64_t items, int64_t m, int64_t n, int64_t k,
                     GemmShape* shape);

// Where the operands of one item lie.
struct GemmItem {
  const float* b;  // packed panels
  float* c;
  int64_t ldc;
  const float* scale;     // n elements or null: factors of the sums
  const float* bias;      // n elements, or null where scale is null too
  const float* residual;  // or null
  int64_t ldr;
};

class GemmSource {
 public:
  virtual ~GemmSource() = default;
  virtual GemmItem item(int64_t index) const = 0;
  // Writes rows [row, row + rows), columns [k, k + depth) of item's A to a, kPackedStride apart.
  virtual void pack(int64_t item, int64_t row, int64_t rows, int64_t k, int64_t depth, float* a) const = 0;
};

// Needs shape.thread_scratch() bytes of scratch per thread.
void gemm(const RunContext& context, const GemmShape& shape, const Epilogue& epilogue,
          const GemmSource& source);

}  // namespace spinexr

#endif  // SPINEXR_OPS_GEMM_H_
