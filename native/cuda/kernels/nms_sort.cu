// The candidates of a suppression in falling score, ties by the lower index: tiles sorted each by a block,
// then each box put in its place among all, moved apart by its class.
#include "block_sort.h"
#include "cuda/device/cuda.h"
#include "cuda/runtime/launch.h"
#include "detection/class_shift.h"
#include "detection/top_k.h"
#include "nms_parts.h"

namespace spinexr::cuda {
namespace {

struct Source {
  const float *boxes, *scores;

  __device__ Source(const NmsTask& task, int64_t problem)
      : boxes(task.boxes + problem / task.problems_per_image * task.n * 4),
        scores(task.scores + problem * task.n) {}
};

__global__ void sort_tile(NmsPart part, int size) {
  begin_kernel();
  SPX_SHARED float largest_of[32];
  SPX_SHARED uint32_t warps[33];
  uint64_t* const keys = dynamic_shared<uint64_t>();
  const NmsTask& task = part.task;
  const int64_t y = blockIdx.y, first = int64_t{blockIdx.x} * part.sort_tile;
  const Source source(task, part.first + y);
  const int64_t left = task.n - first, count = left < part.sort_tile ? left : part.sort_tile;
  ClassShift shift(nullptr);
  uint32_t candidates = 0;
  for (int64_t i = threadIdx.x; i < size; i += blockDim.x) {
    uint64_t key = kLastKey;
    if (i < count && source.scores[first + i] > task.options.score_threshold) {
      key = make_key(~order_key(source.scores[first + i]), first + i);
      ++candidates;
      if (task.classes != nullptr)
        shift.include(read_box(source.boxes + (first + i) * 4, task.options.format));
    }
    keys[i] = key;
  }
  const float largest = warp_reduce(shift.largest(), [](float a, float b) { return a > b ? a : b; });
  if (lane_id() == 0) largest_of[warp_id()] = largest;
  sum_before(candidates, warps);
  if (threadIdx.x == 0) {
    NmsTileInfo info{warps[32], largest};
    for (uint32_t i = 1; i < blockDim.x / 32; ++i)
      info.largest = info.largest < largest_of[i] ? largest_of[i] : info.largest;
    part.infos[y * part.sort_tiles + blockIdx.x] = info;
  }
  sort_block(keys, size);
  for (int64_t i = threadIdx.x; i < count; i += blockDim.x) part.keys[y * task.n + first + i] = keys[i];
}

__global__ void place(NmsPart part) {
  begin_kernel();
  const NmsTask& task = part.task;
  const int64_t y = blockIdx.y;
  const Source source(task, part.first + y);
  const uint64_t* const keys = part.keys + y * task.n;
  ClassShift shift(task.classes);
  uint32_t total = 0;
  for (int64_t t = 0; t < part.sort_tiles; ++t) {
    const NmsTileInfo info = part.infos[y * part.sort_tiles + t];
    shift.include(info.largest);
    total += info.candidates;
  }
  if (thread_index() == 0) part.totals[y] = total;
  for (int64_t i = thread_index(); i < task.n; i += thread_count()) {
    if (keys[i] == kLastKey) continue;
    const int32_t index = index_of(keys[i]);
    const int64_t target = y * task.n + merged_place(keys, task.n, part.sort_tile, i);
    part.boxes[target] = shift.apply(read_box(source.boxes + int64_t{index} * 4, task.options.format), index);
    part.order[target] = index;
  }
}

}  // namespace

Status enqueue_nms_sort(Stream stream, const NmsPart& part, uint32_t problems) {
  const int size = sort_size(part.sort_tile);
  const LaunchShape tiles{dim3(static_cast<uint32_t>(part.sort_tiles), problems), sort_threads(size),
                          static_cast<uint32_t>(size) * 8};
  SPX_TRY(launch(stream, tiles, sort_tile, part, size));
  LaunchShape shape = launch_over(part.task.n, 128);
  shape.grid.y = problems;
  return launch(stream, shape, place, part);
}

}  // namespace spinexr::cuda
