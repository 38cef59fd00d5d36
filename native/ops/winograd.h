// Winograd convolution F(m x m, 3 x 3): fewer multiplications (4 of 9 for m = 2, 1 of 4 for m = 4) for
// additions around them. See native/README.md for how it is cut.
#ifndef SPINEXR_OPS_WINOGRAD_H_
#define SPINEXR_OPS_WINOGRAD_H_

#include <stdint.h>

#include <memory>

#include "conv_panels.h"

namespace spinexr {

// How a convolution is cut. A task takes a block of tiles and some panels of output channels; what it
// computes does not depend on the cut.
struct WinogradShape {
  int64_t m = 0;          // a tile has m x m pixels of y
  int64_t positions = 0;  // (m + 2)^2: matrices that are multiplied
  int64_t tiles_h = 0, tiles_w = 0, tiles = 0;

  int64_t chunks = 0, chunk_depth = 0;  // of input channels; chunk_depth <= kPackedDepth
  int64_t side_by_side = 0;  // positions in one packed row, since most rows are shorter than kPackedStride
  int64_t row_groups = 0;    // runs of block_tiles packed rows that hold all positions
  int64_t panels = 0;        // of nr output channels
  int64_t panel_floats = 0;  // from panel to panel of a position's weights, 64-byte aligned

  int64_t blocks = 0, block_tiles = 0;
  int64_t panel_tasks = 0, task_panels = 0;

  // Transformed weights: [position][panel][c][nr], and a line between positions, so that those of a filter do
  // not all fall into the same set of the cache.
  int64_t position_floats() const { return panels * panel_floats + 16; }
  int64_t weight_floats() const { return positions * position_floats(); }
  // Of a task: transformed inputs, then products, then the pixels of one tile where they need a prologue.
  int64_t input_floats() const { return row_groups * block_tiles * kPackedStride; }
  // From one position's products to the next; a line more than they fill, so that those of a tile do not all
  // fall into the same set of the cache.
  int64_t product_stride(int nr) const { return block_tiles * task_panels * nr + 16; }
  int64_t scratch_floats(int nr, bool scaled) const {
    return input_floats() + positions * (product_stride(nr) + (scaled ? chunk_depth : 0));
  }
};

// 3 x 3, stride 1, dilation 1, one group, at least one channel.
bool runs_winograd(const ConvGeometry& geometry);

// False when a size overflows. m is 2 or 4.
bool make_winograd_shape(const KernelTable& kernels, int threads, const ConvGeometry& geometry, int64_t m,
                         WinogradShape* shape);

// The op without its step and geometry, and its scratch; null when out of memory.
Status make_winograd_conv(PrepareContext& context, const ConvGeometry& geometry, int64_t m,
                          std::unique_ptr<ConvOp>* conv);

}  // namespace spinexr

#endif  // SPINEXR_OPS_WINOGRAD_H_
