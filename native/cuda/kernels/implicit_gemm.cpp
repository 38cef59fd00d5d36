#include "implicit_gemm.h"

#include "implicit_gemm_launch.h"

namespace spinexr::cuda {
namespace {

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t column_tiles(const Gemm& gemm, const GemmTile& tile) { return ceil_div(gemm.b.columns, tile.n); }
int64_t item_tiles(const Gemm& gemm, const GemmTile& tile) {
  return ceil_div(gemm.a.window.rows, tile.m) * column_tiles(gemm, tile);
}

}  // namespace

int64_t gemm_tiles(const Gemm& gemm, const GemmSchedule& schedule) {
  return item_tiles(gemm, gemm_tile(gemm.half, schedule.tile)) * gemm.item_count;
}

int64_t gemm_scratch_bytes(const Gemm& gemm, const GemmSchedule& schedule) {
  if (schedule.splits <= 1) return 0;
  const GemmTile& tile = gemm_tile(gemm.half, schedule.tile);
  return gemm_tiles(gemm, schedule) * schedule.splits * tile.m * tile.n * static_cast<int64_t>(sizeof(float));
}

int64_t gemm_counters(const Gemm& gemm, const GemmSchedule& schedule) {
  return schedule.splits <= 1 ? 0 : gemm_tiles(gemm, schedule);
}

Status enqueue_gemm(Stream stream, const Gemm& gemm, const GemmSchedule& schedule, void* scratch,
                    uint32_t* counters) {
  constexpr int32_t kMostItems = 65535;  // of a grid's z
  const GemmTile& tile = gemm_tile(gemm.half, schedule.tile);
  GemmLaunch launch = {gemm,
                       static_cast<int32_t>(column_tiles(gemm, tile)),
                       schedule.splits,
                       0,
                       static_cast<float*>(scratch),
                       counters};
  const uint32_t tiles = static_cast<uint32_t>(item_tiles(gemm, tile));
  if (tiles == 0) return Status::OK;
  for (; launch.first_item < gemm.item_count; launch.first_item += kMostItems) {
    const int32_t left = gemm.item_count - launch.first_item;
    const uint32_t items = static_cast<uint32_t>(left < kMostItems ? left : kMostItems);
    SPX_TRY((gemm.half ? launch_half_gemm : launch_float_gemm)(stream, launch, tiles, items, schedule.tile));
  }
  return Status::OK;
}

}  // namespace spinexr::cuda
