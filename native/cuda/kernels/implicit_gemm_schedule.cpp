#include "implicit_gemm_schedule.h"

#include <algorithm>
#include <limits>

namespace spinexr::cuda {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

// Of a multiprocessor, in cycles, bytes per cycle and multiply-adds per cycle; rough averages over
// generations.
constexpr double kReadRate = 48;   // of the second-level cache
constexpr double kHalfRate = 700;  // mma.sync
constexpr double kFloatRate = 100;
constexpr double kReadLatency = 700;
constexpr double kBegin = 1500;     // a wave: its blocks begin, fill their buffers, and store
constexpr double kAddParts = 2500;  // through memory, a fence and a counter
constexpr int kMostSplits = 32;
constexpr int64_t kMostScratch = int64_t{64} << 20;
constexpr int64_t kMostCounters = 1 << 16;

constexpr int kWarpsPerMultiprocessor = 24;  // that registers leave room for

double ceil_div(double a, double b) {
  const double quotient = a / b;
  const double floor = static_cast<double>(static_cast<int64_t>(quotient));
  return quotient > floor ? floor + 1 : floor;
}

// Cycles in which a block reads its operands out of shared memory, for one step of the depth: 128 bytes per
// cycle on tensor cores; else three per instruction of a warp, which reads four of the depth.
double shared_cycles(const GemmTile& tile, bool half) {
  const double rows = tile.m / tile.warps_m, columns = tile.n / tile.warps_n;
  const double warp = half ? (rows + columns) * tile.k * 2 / 128 : (rows / 4 + columns / 8) * tile.k / 4 * 3;
  return warp * tile.warps_m * tile.warps_n;
}

// How much slower than copies the loaders bring an operand.
double read_effort(const Gemm& gemm) {
  double effort = 1;
  if (gemm.row_loader == RowLoader::kStaged) effort = 1.3;
  if (gemm.row_loader == RowLoader::kPooled) effort = 1.0 + gemm.a.window.pool_h * gemm.a.window.pool_w;
  if (gemm.row_loader == RowLoader::kGather) effort = 8;
  return effort;
}

}  // namespace

double estimate_gemm(const Gemm& gemm, const GpuSize& gpu, const GemmSchedule& schedule) {
  if (!gemm_exists(gemm.row_loader, gemm.column_loader, schedule.tile)) return kInfinite;
  const GemmTile& tile = gemm_tile(gemm.half, schedule.tile);
  const int element = gemm.half ? 2 : 4;
  const int shared = tile.shared_bytes(element);
  if (shared > gpu.shared_bytes) return kInfinite;
  const int64_t steps = (gemm.a.window.depth + tile.k - 1) / tile.k;
  const int64_t tiles = gemm_tiles(gemm, schedule);
  const int64_t item_tiles = tiles / gemm.item_count;
  if (item_tiles > INT32_MAX) return kInfinite;
  if (schedule.splits > 1 &&
      (schedule.splits > steps || gemm_scratch_bytes(gemm, schedule) > kMostScratch || tiles > kMostCounters))
    return kInfinite;
  const int resident =
      std::max(1, std::min(gpu.shared_bytes / shared, kWarpsPerMultiprocessor * 32 / tile.threads()));
  const double blocks = static_cast<double>(tiles) * schedule.splits;
  const double waves = ceil_div(blocks, static_cast<double>(gpu.multiprocessors) * resident);
  // Blocks that a multiprocessor works on at a time, on average over the waves.
  const double together = std::min<double>(resident, ceil_div(blocks, gpu.multiprocessors * waves));
  const double part_steps = ceil_div(static_cast<double>(steps), schedule.splits);

  const double products = static_cast<double>(tile.m) * tile.n * tile.k;
  const double arithmetic =
      std::max(products / (gemm.half ? kHalfRate : kFloatRate), shared_cycles(tile, gemm.half));
  const double reads = (tile.m * read_effort(gemm) + tile.n) * tile.k * element / kReadRate;
  const double latency = kReadLatency / (tile.stages - 1) + arithmetic;
  const double step = std::max({together * arithmetic, together * reads, latency});
  const double sums = static_cast<double>(tile.m) * tile.n * 4;
  double block = kBegin + part_steps * step + together * sums / kReadRate;
  if (schedule.splits > 1) block += kAddParts + (together + schedule.splits) * sums / kReadRate;
  return waves * block;
}

int rank_gemm_schedules(const Gemm& gemm, const GpuSize& gpu, int most, GemmSchedule* best) {
  struct Ranked {
    GemmSchedule schedule;
    double cycles;
  };
  Ranked ranked[kGemmTiles];
  int count = 0;
  // The best number of parts of each tile; the tiles among each other.
  for (int32_t tile = 0; tile < kGemmTiles; ++tile) {
    Ranked found = {{tile, 1}, estimate_gemm(gemm, gpu, {tile, 1})};
    for (int32_t splits = 2; splits <= kMostSplits; ++splits) {
      const double cycles = estimate_gemm(gemm, gpu, {tile, splits});
      if (cycles < found.cycles * 0.97) found = {{tile, splits}, cycles};
    }
    if (found.cycles < kInfinite) ranked[count++] = found;
  }
  std::stable_sort(ranked, ranked + count,
                   [](const Ranked& a, const Ranked& b) { return a.cycles < b.cycles; });
  int kept = 0;
  while (kept < count && kept < most && ranked[kept].cycles <= 2 * ranked[0].cycles) {
    best[kept] = ranked[kept].schedule;
    ++kept;
  }
  return kept;
}

}  // namespace spinexr::cuda
