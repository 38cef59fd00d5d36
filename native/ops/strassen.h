// Convolution by Strassen's product, one level, in Winograd's form: 7 products of quarters in place of 8, for
// 15 additions. What the ops/gemm.h product is to a convolution, for many channels in and out.
#ifndef SPINEXR_OPS_STRASSEN_H_
#define SPINEXR_OPS_STRASSEN_H_

#include <stdint.h>

#include <memory>

#include "conv_panels.h"

namespace spinexr {

// A is cut into pairs of runs of rows (pixels of one image), B into halves of its panels, the depth into
// halves. Which rows make a pair does not depend on the number of threads, nor on the other images of a
// batch.
struct StrassenShape {
  int64_t depth = 0, half_depth = 0;  // half_depth is rounded up and at most kPackedDepth
  int64_t half_panels = 0;
  int64_t sum_floats = 0;  // of one panel of a sum of B, 64-byte aligned
  int64_t form_depth = 0;  // from form to form of A in a packed row
  int64_t side_by_side = 0, row_groups = 0;
  int64_t images = 0, image_rows = 0, image_pairs = 0;
  int64_t panel_tasks = 0, task_panels = 0;  // of half_panels

  int64_t sums_floats() const;  // the four sums of B
  uint64_t thread_scratch(const KernelTable& kernels) const;
};

// One group, and a depth that two chunks hold.
bool runs_strassen(const ConvGeometry& geometry);

// The op without its step and geometry, and its scratch; null when out of memory.
Status make_strassen_conv(PrepareContext& context, const ConvGeometry& geometry,
                          std::unique_ptr<ConvOp>* conv);

}  // namespace spinexr

#endif  // SPINEXR_OPS_STRASSEN_H_
