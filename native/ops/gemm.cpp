#include "gemm.h"

#include "geometry.h"

namespace spinexr {
namespace {

constexpr int64_t kBlockRows = 56;

// In products of a tile with one panel: packing a tile; reading a panel, which each block of rows does once
// and each task anew.
constexpr double kPackCost = 0.15;
constexpr double kPanelCost = 0.2;

int64_t tiles_of_block(int mr, int64_t panels_per_task, int64_t tiles_per_task) {
  return panels_per_task == 1 ? 1 : smaller(ceil_div(kBlockRows, mr), tiles_per_task);
}

// Cuts rows (each task reads its panels again) and panels (each group packs A again) into tasks so that the
// last thread ends as early as possible.
void choose_tasks(int mr, int threads, GemmShape* shape) {
  double best = __builtin_inf();
  for (int64_t groups = 1;; groups = smaller(groups * 2, shape->panels)) {
    const int64_t panels_per_task = ceil_div(shape->panels, groups);
    const int64_t columns = ceil_div(shape->panels, panels_per_task);
    // Some tasks more than threads, where work is uneven.
    const int64_t most = threads == 1 ? 1 : ceil_div(int64_t{4} * threads, columns * shape->items);
    for (int64_t wanted = smaller(most, shape->tiles); wanted >= 1; --wanted) {
      const int64_t tiles_per_task = ceil_div(shape->tiles, wanted);
      const int64_t rows = ceil_div(shape->tiles, tiles_per_task);
      const int64_t blocks = ceil_div(tiles_per_task, tiles_of_block(mr, panels_per_task, tiles_per_task));
      const double products =
          static_cast<double>(tiles_per_task) * (static_cast<double>(panels_per_task) + kPackCost);
      const double reading = static_cast<double>(blocks * panels_per_task) * kPanelCost;
      const double rounds = static_cast<double>(ceil_div(rows * columns * shape->items, threads));
      const double cost = rounds * (products + reading);
      if (cost >= best) continue;
      best = cost;
      shape->row_tasks = rows;
      shape->tiles_per_task = tiles_per_task;
      shape->panel_tasks = columns;
      shape->panels_per_task = panels_per_task;
    }
    if (groups >= shape->panels || threads == 1) return;
  }
}

struct Task {
  const RunContext& context;
  const GemmShape& shape;
  const Epilogue& epilogue;
  const GemmSource& source;
  int64_t index;  // item
  int64_t panel, panel_end;
  float* a;

  // Rows [row, row + rows) of this task's panels.
  void block(const GemmItem& item, int64_t row, int64_t rows) const {
    for (int64_t chunk = 0; chunk < shape.chunks; ++chunk) {
      const int64_t k = chunk * shape.chunk_depth;
      const int64_t depth = smaller(shape.chunk_depth, shape.k - k);
      source.pack(index, row, rows, k, depth, a);
      for (int64_t p = panel; p < panel_end; ++p)
        multiply(item, row, rows, chunk, static_cast<int>(depth), p);
    }
  }

  void multiply(const GemmItem& item, int64_t row, int64_t rows, int64_t chunk, int depth, int64_t p) const {
    const KernelTable& kernels = context.kernels;
    const int64_t column = p * kernels.nr;
    GemmTile tile;
    tile.cols = static_cast<int>(smaller(kernels.nr, shape.n - column));
    tile.depth = depth;
    tile.b = item.b + p * shape.panel_floats + chunk * shape.chunk_depth * kernels.nr;
    tile.ldc = tile.ld_addend = item.ldc;
    tile.scale = item.scale == nullptr ? nullptr : item.scale + column;
    tile.bias = item.bias == nullptr ? nullptr : item.bias + column;
    tile.ldr = item.ldr;
    tile.low = epilogue.low;
    tile.high = epilogue.high;
    tile.last = chunk + 1 == shape.chunks;
    for (int64_t i = 0; i < rows; i += kernels.mr) {
      tile.rows = static_cast<int>(smaller(kernels.mr, rows - i));
      tile.a = a + i * kPackedStride;
      tile.c = item.c + (row + i) * item.ldc + column;
      tile.addend = chunk > 0 ? tile.c : nullptr;
      tile.residual = item.residual == nullptr ? nullptr : item.residual + (row + i) * item.ldr + column;
      kernels.gemm_tile(&tile);
      if (!tile.last || !epilogue.has_rest) continue;
      for (int r = 0; r < tile.rows; ++r) epilogue.apply_rest(kernels, tile.c + r * tile.ldc, tile.cols);
    }
  }
};

}  // namespace

bool make_gemm_shape(const KernelTable& kernels, int threads, int64_t items, int64_t m, int64_t n, int64_t k,
                     GemmShape* shape) {
  if (product({items, m, n}) < 0 || product({items, n + kernels.nr, k + 1}) < 0 || n > INT32_MAX ||
      k > INT32_MAX) {
    return false;
  }
  *shape = {};
  shape->items = items;
  shape->m = m;
  shape->n = n;
  shape->k = k;
  shape->panels = ceil_div(n, kernels.nr);
  shape->panel_floats = ceil_div(k * kernels.nr, 16) * 16;
  shape->tiles = ceil_div(m, kernels.mr);
  shape->chunks = larger(1, ceil_div(k, kPackedDepth));
  shape->chunk_depth = shape->chunks == 1 ? k : ceil_div(ceil_div(k, shape->chunks), 16) * 16;
  if (items == 0 || m == 0 || n == 0) return true;
  choose_tasks(kernels.mr, threads, shape);
  shape->block_tiles = tiles_of_block(kernels.mr, shape->panels_per_task, shape->tiles_per_task);
  return true;
}

uint64_t GemmShape::thread_scratch(const KernelTable& kernels) const {
  return static_cast<uint64_t>(block_tiles * kernels.mr) * kPackedStride * sizeof(float);
}

void gemm(const RunContext& context, const GemmShape& shape, const Epilogue& epilogue,
          const GemmSource& source) {
  const int64_t per_item = shape.row_tasks * shape.panel_tasks;
  context.pool.parallel_for(shape.items * per_item, [&](int64_t i, int thread) {
    const int64_t item_index = i / per_item;
    const int64_t row_task = i % per_item / shape.panel_tasks;
    const int64_t panel = i % shape.panel_tasks * shape.panels_per_task;
    const Task task{context,
                    shape,
                    epilogue,
                    source,
                    item_index,
                    panel,
                    smaller(shape.panels, panel + shape.panels_per_task),
                    context.scratch<float>(thread)};
    const GemmItem item = source.item(item_index);
    const int64_t rows_per_block = shape.block_tiles * context.kernels.mr;
    const int64_t end = smaller(shape.m, (row_task + 1) * shape.tiles_per_task * context.kernels.mr);
    for (int64_t row = row_task * shape.tiles_per_task * context.kernels.mr; row < end;
         row += rows_per_block) {
      task.block(item, row, smaller(rows_per_block, end - row));
    }
  });
}

}  // namespace spinexr
