#include "geometry.h"
#include "winograd.h"

namespace spinexr {
namespace {

// More tiles use a panel of weights, which comes from the last-level cache, oftener; fewer keep more of the
// transformed tiles in the second level.
constexpr int64_t kBlockTiles = 56;
// Of a task's transformed inputs and of its products, each: 4 MB.
constexpr int64_t kMostFloats = 1 << 20;

// In rows of one panel's product: reading a panel of weights, transforming a tile's input.
constexpr double kPanelCost = 3;
constexpr double kInputCost = 0.2;
// A tile of few rows waits for its own sums.
constexpr int64_t kLeastRows = 4;

double block_cost(int mr, int64_t tiles, int64_t panels) {
  const int64_t parts = ceil_div(tiles, mr);
  const int64_t rows = parts * larger(kLeastRows, ceil_div(tiles, parts));
  return static_cast<double>(panels) * (static_cast<double>(rows) + kPanelCost) +
         kInputCost * static_cast<double>(tiles);
}

// Blocks of tiles (nothing is done twice) and groups of panels (each transforms the inputs again), so that
// the last thread ends as early as possible.
void choose_tasks(const KernelTable& kernels, int threads, int64_t most_tiles, WinogradShape* shape) {
  const int64_t most_panels = larger(1, kMostFloats / (shape->positions * most_tiles * kernels.nr));
  const int64_t least_blocks = ceil_div(shape->tiles, most_tiles);
  double best = __builtin_inf();
  for (int64_t groups = ceil_div(shape->panels, most_panels);; groups = smaller(groups * 2, shape->panels)) {
    const int64_t panels = ceil_div(shape->panels, groups);
    const int64_t panel_tasks = ceil_div(shape->panels, panels);
    for (int64_t wanted = least_blocks; wanted <= smaller(shape->tiles, least_blocks + 4 * threads);
         ++wanted) {
      const int64_t tiles = ceil_div(shape->tiles, wanted);
      const int64_t blocks = ceil_div(shape->tiles, tiles);
      const double cost = static_cast<double>(ceil_div(blocks * panel_tasks, threads)) *
                          block_cost(kernels.mr, tiles, panels);
      if (cost >= best) continue;
      best = cost;
      shape->blocks = blocks;
      shape->block_tiles = tiles;
      shape->panel_tasks = panel_tasks;
      shape->task_panels = panels;
    }
    if (groups >= shape->panels || threads == 1) return;
  }
}

}  // namespace

bool runs_winograd(const ConvGeometry& g) {
  return g.kernel_h == 3 && g.kernel_w == 3 && g.stride_h == 1 && g.stride_w == 1 && g.dilation_h == 1 &&
         g.dilation_w == 1 && g.group == 1 && g.c > 0;
}

bool make_winograd_shape(const KernelTable& kernels, int threads, const ConvGeometry& g, int64_t m,
                         WinogradShape* shape) {
  *shape = {};
  shape->m = m;
  shape->positions = (m + 2) * (m + 2);
  if (product({shape->positions, g.c + 1, g.o + kernels.nr}) < 0 || product({g.n, g.oh + m, g.ow + m}) < 0) {
    return false;
  }
  shape->tiles_h = ceil_div(g.oh, m);
  shape->tiles_w = ceil_div(g.ow, m);
  shape->tiles = g.n * shape->tiles_h * shape->tiles_w;
  shape->chunks = ceil_div(g.c, kPackedDepth);
  shape->chunk_depth = shape->chunks == 1 ? g.c : ceil_div(ceil_div(g.c, shape->chunks), 16) * 16;
  shape->side_by_side = smaller(shape->positions, kPackedDepth / shape->chunk_depth);
  shape->row_groups = ceil_div(shape->positions, shape->side_by_side);
  shape->panels = ceil_div(g.o, kernels.nr);
  shape->panel_floats = ceil_div(g.c * kernels.nr, 16) * 16;
  if (shape->tiles == 0 || g.o == 0) return true;
  const int64_t fitting =
      larger(1, kMostFloats / (shape->row_groups * kPackedStride) / kernels.mr) * kernels.mr;
  const int64_t wanted = ceil_div(kBlockTiles, kernels.mr) * kernels.mr;
  choose_tasks(kernels, threads, smaller(shape->tiles, smaller(wanted, fitting)), shape);
  return true;
}

}  // namespace spinexr
